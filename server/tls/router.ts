import { shanghaiDay } from '../time.ts';
import { openProcedure, router } from '../trpc.ts';

export const trustRouter = router({
  /** What a tablet needs to trust this server. Anybody, also in plain. */
  read: openProcedure.query(({ ctx: { trust } }) => {
    const authority = trust?.certificate.authority() ?? null;
    return {
      /** Null where this server does not speak TLS itself. */
      httpsPort: trust?.httpsPort ?? null,
      httpPort: trust?.httpPort ?? null,
      /** DNS names and addresses that the certificate is for. */
      names: trust?.certificate.names() ?? [],
      /** Null where the certificate is of somebody else's authority. */
      authority: authority && {
        fingerprint: authority.fingerprint,
        validUntil: shanghaiDay(authority.validUntil),
      },
    };
  }),
});

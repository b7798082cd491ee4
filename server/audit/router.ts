import { procedure, router } from '../trpc.ts';
import { browseAudit } from './browse.ts';
import { browseAuditInput } from './schema.ts';

export const auditRouter = router({
  browse: procedure.input(browseAuditInput).mutation(({ ctx, input }) => browseAudit(ctx.db, ctx.actor, input)),
  verify: procedure.mutation(({ ctx }) => ctx.verification.start(ctx.db, ctx.actor)),
  verification: procedure.query(({ ctx }) => ctx.verification.read(ctx.actor)),
  cancelVerification: procedure.mutation(({ ctx }) => ctx.verification.cancel(ctx.actor)),
});

import { procedure, router } from '../trpc.ts';
import { createIssuer, listIssuers, revokeIssuer, rotateIssuer } from './manage.ts';
import { createIssuerInput, revokeIssuerInput, rotateIssuerInput } from './schema.ts';

export const issuersRouter = router({
  list: procedure.query(({ ctx }) => listIssuers(ctx.db, ctx.actor)),
  create: procedure
    .input(createIssuerInput)
    .mutation(({ ctx, input }) => createIssuer(ctx.db, ctx.sealer, ctx.actor, input)),
  rotate: procedure
    .input(rotateIssuerInput)
    .mutation(({ ctx, input }) => rotateIssuer(ctx.db, ctx.sealer, ctx.actor, input)),
  revoke: procedure.input(revokeIssuerInput).mutation(({ ctx, input }) => revokeIssuer(ctx.db, ctx.actor, input)),
});

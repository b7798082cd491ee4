import { procedure, router } from '../trpc.ts';
import { browseAudit } from './browse.ts';
import { browseAuditInput } from './schema.ts';

export const auditRouter = router({
  browse: procedure.input(browseAuditInput).query(({ ctx, input }) => browseAudit(ctx.db, ctx.actor, input)),
});

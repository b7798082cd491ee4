import { procedure, router } from '../trpc.ts';
import { cancelExport, listExports, startExport } from './run.ts';
import { exportInput, startExportInput } from './schema.ts';

export const exportsRouter = router({
  start: procedure
    .input(startExportInput)
    .mutation(({ ctx, input }) => startExport(ctx.db, ctx.exports, ctx.actor, input)),
  list: procedure.query(({ ctx }) => listExports(ctx.exports, ctx.actor)),
  cancel: procedure
    .input(exportInput)
    .mutation(({ ctx, input }) => cancelExport(ctx.db, ctx.exports, ctx.actor, input)),
});

import { procedure, router } from '../trpc.ts';
import { browseRecords } from './browse.ts';
import { openRecord } from './open.ts';
import { browseRecordsInput, openRecordInput } from './schema.ts';

// Mutations: what they take or audit must not stand in a URL or be fetched ahead.
export const recordsRouter = router({
  browse: procedure.input(browseRecordsInput).mutation(({ ctx, input }) => browseRecords(ctx.db, ctx.actor, input)),
  open: procedure.input(openRecordInput).mutation(({ ctx, input }) => openRecord(ctx.db, ctx.actor, input)),
});

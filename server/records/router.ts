import { procedure, router } from '../trpc.ts';
import { browseRecords } from './browse.ts';
import { listSources } from './list-sources.ts';
import { openRecord } from './open.ts';
import { revealRecord } from './reveal.ts';
import { browseRecordsInput, openRecordInput, revealRecordInput } from './schema.ts';

// Mutations: what they take or audit must not stand in a URL or be fetched ahead.
export const recordsRouter = router({
  browse: procedure.input(browseRecordsInput).mutation(({ ctx, input }) => browseRecords(ctx.db, ctx.actor, input)),
  open: procedure.input(openRecordInput).mutation(({ ctx, input }) => openRecord(ctx.db, ctx.actor, input)),
  reveal: procedure.input(revealRecordInput).mutation(({ ctx, input }) => revealRecord(ctx.db, ctx.actor, input)),
  sources: procedure.query(({ ctx }) => listSources(ctx.db, ctx.actor)),
});

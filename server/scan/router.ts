import { paced, procedure, router } from '../trpc.ts';
import { codeInput } from '../vouchers/schema.ts';
import { lookup } from './lookup.ts';
import { reveal } from './reveal.ts';
import { today } from './today.ts';

const lookups = paced('lookup');

export const scanRouter = router({
  // A mutation: a query's input would stand in URLs and access logs.
  lookup: lookups.input(codeInput).mutation(({ ctx, input }) => lookup(ctx.db, ctx.sealer, ctx.actor, input)),
  reveal: lookups.input(codeInput).mutation(({ ctx, input }) => reveal(ctx.db, ctx.sealer, ctx.actor, input)),
  today: procedure.query(({ ctx }) => today(ctx.db, ctx.actor)),
});

import { procedure, router } from '../trpc.ts';
import { codeInput } from '../vouchers/schema.ts';
import { lookup } from './lookup.ts';
import { RETRY_SECONDS } from './pace.ts';
import { reveal } from './reveal.ts';
import { today } from './today.ts';

/** Both answer a code with somebody's data. */
const paced = procedure.use(async ({ ctx, next }) => {
  if (ctx.actor.role === 'nurse') {
    await ctx.pace(ctx.actor).catch((refusal: unknown) => {
      ctx.http.resHeaders.set('Retry-After', String(RETRY_SECONDS));
      throw refusal;
    });
  }
  return next();
});

export const scanRouter = router({
  // A mutation: a query's input would stand in URLs and access logs.
  lookup: paced.input(codeInput).mutation(({ ctx, input }) => lookup(ctx.db, ctx.sealer, ctx.actor, input)),
  reveal: paced.input(codeInput).mutation(({ ctx, input }) => reveal(ctx.db, ctx.sealer, ctx.actor, input)),
  today: procedure.query(({ ctx }) => today(ctx.db, ctx.actor)),
});

import { procedure, router } from '../trpc.ts';
import { readFigures } from './read.ts';
import { readFiguresInput } from './schema.ts';

export const figuresRouter = router({
  read: procedure.input(readFiguresInput).query(({ ctx, input }) => readFigures(ctx.db, ctx.actor, input)),
});

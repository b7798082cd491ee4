import { procedure, router } from '../trpc.ts';
import { browseFilings } from './browse.ts';
import { discardFiling } from './discard.ts';
import { removeFile } from './files.ts';
import { moveFiling } from './move.ts';
import { openFiling } from './open.ts';
import { createFiling, saveFiling } from './save-draft.ts';
import { browseFilingsInput, fileInput, filingForm, filingInput, moveFilingInput, saveFilingInput } from './schema.ts';

export const filingsRouter = router({
  browse: procedure.input(browseFilingsInput).query(({ ctx, input }) => browseFilings(ctx.db, ctx.actor, input)),
  open: procedure.input(filingInput).mutation(({ ctx, input }) => openFiling(ctx.db, ctx.actor, input)),
  create: procedure.input(filingForm).mutation(({ ctx, input }) => createFiling(ctx.db, ctx.actor, input)),
  save: procedure.input(saveFilingInput).mutation(({ ctx, input }) => saveFiling(ctx.db, ctx.actor, input)),
  move: procedure.input(moveFilingInput).mutation(({ ctx, input }) => moveFiling(ctx.db, ctx.actor, input)),
  discard: procedure.input(filingInput).mutation(({ ctx, input }) => discardFiling(ctx.db, ctx.actor, input)),
  removeFile: procedure.input(fileInput).mutation(({ ctx, input }) => removeFile(ctx.db, ctx.actor, input)),
});

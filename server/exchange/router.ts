import { procedure, router } from '../trpc.ts';
import { browseBatches, openBatch } from './browse-batches.ts';
import { createCity } from './create-city.ts';
import { createCredential, listPlatforms, revokeCredential, rotateCredential } from './credentials.ts';
import {
  browseBatchesInput,
  createCityInput,
  createCredentialInput,
  openBatchInput,
  revokeCredentialInput,
  rotateCredentialInput,
} from './schema.ts';

export const exchangeRouter = router({
  browseBatches: procedure.input(browseBatchesInput).query(({ ctx, input }) => browseBatches(ctx.db, ctx.actor, input)),
  openBatch: procedure.input(openBatchInput).query(({ ctx, input }) => openBatch(ctx.db, ctx.actor, input)),
  platforms: procedure.query(({ ctx }) => listPlatforms(ctx.db, ctx.actor)),
  createCity: procedure.input(createCityInput).mutation(({ ctx, input }) => createCity(ctx.db, ctx.actor, input)),
  createCredential: procedure
    .input(createCredentialInput)
    .mutation(({ ctx, input }) => createCredential(ctx.db, ctx.sealer, ctx.actor, input)),
  rotateCredential: procedure
    .input(rotateCredentialInput)
    .mutation(({ ctx, input }) => rotateCredential(ctx.db, ctx.sealer, ctx.actor, input)),
  revokeCredential: procedure
    .input(revokeCredentialInput)
    .mutation(({ ctx, input }) => revokeCredential(ctx.db, ctx.actor, input)),
});

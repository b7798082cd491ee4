import { procedure, router } from '../trpc.ts';
import { browseSites } from './browse.ts';
import { createSite } from './create.ts';
import { listDivisions } from './divisions.ts';
import { listSiteNames } from './names.ts';
import { saveSite } from './save.ts';
import { browseSitesInput, createSiteInput, saveSiteInput, siteNamesInput } from './schema.ts';

export const sitesRouter = router({
  browse: procedure.input(browseSitesInput).query(({ ctx, input }) => browseSites(ctx.db, ctx.actor, input)),
  names: procedure.input(siteNamesInput).query(({ ctx, input }) => listSiteNames(ctx.db, ctx.actor, input)),
  divisions: procedure.query(({ ctx }) => listDivisions(ctx.db, ctx.actor)),
  create: procedure.input(createSiteInput).mutation(({ ctx, input }) => createSite(ctx.db, ctx.actor, input)),
  save: procedure.input(saveSiteInput).mutation(({ ctx, input }) => saveSite(ctx.db, ctx.actor, input)),
});

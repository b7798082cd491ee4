/** `npm run site:create`: a nurse works at a site, so the site comes first. */
import { runCommand } from '../command.ts';
import { createSite } from './create.ts';
import { createSiteInput } from './schema.ts';

await runCommand(
  'site:create',
  'npm run site:create -- --code 4401060001 --name 名称 [--division 440106] [--paper A5|80mm] [--next-station 登记台]',
  ['code', 'name', 'division', 'paper', 'next-station'],
  async (db, actor, values) => {
    const { 'next-station': nextStation, division: divisionCode, ...site } = values;
    const input = createSiteInput.partial({ divisionCode: true }).parse({ ...site, divisionCode, nextStation });
    await createSite(db, actor, input);
    return `created site ${input.code} ${input.name} (${input.paper})`;
  },
);

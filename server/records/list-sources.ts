import { type Db, isOneOf, tables } from '../../db/index.ts';
import { divisionName } from '../dictionaries/dictionaries.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { listFacets } from './facets.ts';

/**
 * The cities and apps that records came from, for the filters of their list.
 * @throws DomainError FORBIDDEN (province only)
 */
export async function listSources(db: Db, actor: Actor) {
  authorise(actor, 'province');
  const { filings } = tables;
  const facets = await listFacets(db.read);
  const cityOfApp = new Map(facets.map((facet) => [facet.appRecordNoRecognize, facet.cdSource]));
  const filed = await db.read
    .select({ number: filings.appRecordNoRecognize, name: filings.appName })
    .from(filings)
    .where(isOneOf(filings.appRecordNoRecognize, [...cityOfApp.keys()]));
  const names = new Map(filed.map(({ number, name }) => [number, name]));
  return {
    cities: [...new Set(cityOfApp.values())].sort().map((code) => ({ code, name: divisionName(`${code}00`) })),
    apps: [...cityOfApp]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([number, cityCode]) => ({ number, cityCode, name: names.get(number) ?? number })),
  };
}

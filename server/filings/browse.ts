import { and, desc, eq, gt, lt } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiTime } from '../time.ts';
import { FILINGS_PER_PAGE, type FilingState } from './schema.ts';

const { filings, cities } = tables;

/**
 * Filings, newest first: a city's own, or all that were ever submitted.
 * @throws DomainError FORBIDDEN (city and province only)
 */
export async function browseFilings(db: Db, actor: Actor, input: { state?: FilingState; cursor?: number }) {
  const who = authorise(actor, 'city', 'province');
  const rows = await db.read
    .select({ filing: filings, cityName: cities.name })
    .from(filings)
    .innerJoin(cities, eq(cities.code, filings.cityCode))
    .where(
      and(
        who.role === 'city' ? eq(filings.cityCode, who.cityCode ?? '') : gt(filings.version, 0),
        input.state && eq(filings.state, input.state),
        input.cursor ? lt(filings.id, input.cursor) : undefined,
      ),
    )
    .orderBy(desc(filings.id))
    .limit(FILINGS_PER_PAGE + 1);
  const items = rows.slice(0, FILINGS_PER_PAGE).map(({ filing, cityName }) => ({
    id: filing.id,
    cityName,
    appName: filing.appName,
    appOrganisation: filing.form.appOrganisation,
    state: filing.state,
    version: filing.version,
    appRecordNo: filing.appRecordNo,
    appRecordNoRecognize: filing.appRecordNoRecognize,
    updatedAt: shanghaiTime(new Date(filing.updatedAt)),
  }));
  return { items, nextCursor: rows.length > FILINGS_PER_PAGE ? (items.at(-1)?.id ?? null) : null };
}

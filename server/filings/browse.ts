import { and, desc, eq, gt, lt } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiTime } from '../time.ts';
import { type BrowseFilingsInput, FILINGS_PER_PAGE } from './schema.ts';

const { filings, cities } = tables;

/**
 * Filings, newest first: a city's own, or all that were ever submitted, of one city or of every city.
 * @throws DomainError FORBIDDEN (city and province only; another city's)
 */
export async function browseFilings(db: Db, actor: Actor, input: BrowseFilingsInput) {
  const who = authorise(actor, 'city', 'province');
  const cityCode = who.role === 'city' ? (who.cityCode ?? '') : input.cityCode;
  if (input.cityCode && input.cityCode !== cityCode) throw new DomainError('FORBIDDEN', '只能查看本市的备案申请');
  const rows = await db.read
    .select({ filing: filings, cityName: cities.name })
    .from(filings)
    .innerJoin(cities, eq(cities.code, filings.cityCode))
    .where(
      and(
        cityCode === undefined ? undefined : eq(filings.cityCode, cityCode),
        who.role === 'province' ? gt(filings.version, 0) : undefined,
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

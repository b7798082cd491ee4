import { and, count, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import { isOneOf, type Queries, tables } from '../../db/index.ts';
import { type Facet, listFacets } from './facets.ts';
import { beginsWith, behind, idsOf, inner, inTime, isIn, isOf, lets, order, type Position } from './record-filter.ts';
import type { RecordFilter } from './schema.ts';

const { records, recordFacets } = tables;

/** What lists show: to open the other sealed columns of a million rows would take an export most of its time. */
const {
  address: _a,
  currentAddress: _c,
  birthplace: _b,
  linkman: _l,
  telephone: _t,
  ...listed
} = getTableColumns(records);
export const LISTED = listed;
export type ListedRecord = Pick<typeof records.$inferSelect, keyof typeof LISTED>;

/**
 * Records that a filter lets through, by `cd_time`, or by name where a name is searched. Each filter has its index, so the
 * millionth row costs what the first does, and a rare combination what a common one does (docs/decisions/010).
 * @param options.backwards the newest first; of a name search, the last name first
 * @param options.after `undefined` for the first page
 * @throws DomainError NOT_HEALTH_CODE
 */
export async function listRecords(
  db: Pick<Queries, 'select'>,
  filter: RecordFilter,
  options: { backwards: boolean; after?: Position | undefined; limit: number },
): Promise<ListedRecord[]> {
  const all = await listFacets(db);
  const facets = all.filter((facet) => lets(filter, facet));
  if (facets.length === 0) return [];
  const { search } = filter;
  if (search && search.by !== 'name') return listOfPerson(db, filter, facets, options);
  const byName = search?.by === 'name';
  if (!byName && facets.length === all.length) {
    return db
      .select(LISTED)
      .from(records)
      .where(and(inTime(records, filter), behind(records, false, options)))
      .orderBy(...order(records, false, options))
      .limit(options.limit);
  }
  // A page's worth of each facet's own index, and of those the first ones.
  const ofFacet = db
    .select({ seq: inner.seq })
    .from(inner)
    .where(
      and(
        eq(inner.facetId, recordFacets.id),
        byName ? beginsWith(inner, search.text) : undefined,
        inTime(inner, filter),
        behind(inner, byName, options),
      ),
    )
    .orderBy(...order(inner, byName, options))
    .limit(options.limit);
  const rows = await db
    .select({ record: LISTED })
    .from(recordFacets)
    .innerJoin(records, inArray(records.seq, ofFacet))
    .where(isOneOf(recordFacets.id, idsOf(facets)))
    .orderBy(...order(records, byName, options))
    .limit(options.limit);
  return rows.map(({ record }) => record);
}

/** How many records a filter lets through; stops counting at `most`. */
export async function countRecords(db: Pick<Queries, 'select'>, filter: RecordFilter, most: number): Promise<number> {
  const all = await listFacets(db);
  const facets = all.filter((facet) => lets(filter, facet));
  if (facets.length === 0) return 0;
  const { search } = filter;
  const byName = search?.by === 'name';
  const everyFacet = facets.length === all.length && !byName;
  const found = db
    .select({ one: sql`1`.as('one') })
    .from(records)
    .where(
      and(
        search && !byName ? isOf(search) : undefined,
        everyFacet ? undefined : search && !byName ? isIn(facets) : isOneOf(records.facetId, idsOf(facets)),
        byName ? beginsWith(records, search.text) : undefined,
        inTime(records, filter),
      ),
    )
    .limit(most)
    .as('found');
  const [counted] = await db.select({ count: count() }).from(found);
  return counted?.count ?? 0;
}

/** By a key that few records share: found first, judged and sorted then. */
function listOfPerson(
  db: Pick<Queries, 'select'>,
  filter: RecordFilter,
  facets: Facet[],
  options: Parameters<typeof listRecords>[2],
) {
  return db
    .select(LISTED)
    .from(records)
    .where(and(isOf(filter.search), isIn(facets), inTime(records, filter), behind(records, false, options)))
    .orderBy(...order(records, false, options))
    .limit(options.limit);
}

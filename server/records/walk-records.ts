import { and, eq } from 'drizzle-orm';
import type { Queries } from '../../db/index.ts';
import { listFacets } from './facets.ts';
import { LISTED, type ListedRecord, listRecords } from './list-records.ts';
import { beginsWith, behind, inTime, lets, order, type Position, records } from './record-filter.ts';
import type { RecordFilter } from './schema.ts';

const ROWS_A_PAGE = 1000;
/** Of one facet; there may be hundreds at once. */
const ROWS_A_FACET = 200;

/**
 * All records that a filter lets through, in the order of {@link listRecords}, some hundred at once. Each facet's index is read once from its
 * beginning to its end, where page after page would read the head of each again.
 */
export async function* walkRecords(
  db: Pick<Queries, 'select'>,
  filter: RecordFilter,
  options: { backwards: boolean },
): AsyncGenerator<ListedRecord[]> {
  const all = await listFacets(db);
  const facets = all.filter((facet) => lets(filter, facet));
  const byName = filter.search?.by === 'name';
  const byFacet = filter.search ? byName : facets.length < all.length;
  if (!byFacet)
    return yield* pagesOf((after) => listRecords(db, filter, { ...options, after, limit: ROWS_A_PAGE }), ROWS_A_PAGE);
  const heads = await Promise.all(
    facets.map(({ id }) =>
      open(
        pagesOf(
          (after) =>
            db
              .select(LISTED)
              .from(records)
              .where(
                and(
                  eq(records.facetId, id),
                  byName ? beginsWith(records, filter.search?.text ?? '') : undefined,
                  inTime(records, filter),
                  behind(records, byName, { ...options, after }),
                ),
              )
              .orderBy(...order(records, byName, options))
              .limit(ROWS_A_FACET),
          ROWS_A_FACET,
        ),
      ),
    ),
  );
  yield* merge(heads.filter(({ row }) => row !== undefined) as Head[], byName, options);
}

/** Page behind page, until one is not full. */
async function* pagesOf(load: (after: Position | undefined) => Promise<ListedRecord[]>, limit: number) {
  for (let after: Position | undefined; ; ) {
    const page = await load(after);
    if (page.length > 0) yield page;
    if (page.length < limit) return;
    after = page.at(-1);
  }
}

/** A facet's records, one by one: the present one, and how to go on. */
interface Head {
  row: ListedRecord;
  next(): Promise<ListedRecord | undefined>;
}

async function open(pages: AsyncGenerator<ListedRecord[]>) {
  let page: ListedRecord[] = [];
  let at = 0;
  const next = async () => {
    at += 1;
    if (at < page.length) return page[at];
    const { value } = await pages.next();
    page = value ?? [];
    at = 0;
    return page[0];
  };
  return { row: await next(), next };
}

async function* merge(heads: Head[], byName: boolean, { backwards }: { backwards: boolean }) {
  const isBefore = (a: ListedRecord, b: ListedRecord) => {
    const way = (byName && compareNames(a.name, b.name)) || compare(a.cdTime, b.cdTime) || a.seq - b.seq;
    return backwards ? way > 0 : way < 0;
  };
  let page: ListedRecord[] = [];
  while (heads.length > 0) {
    const first = heads.reduce((best, head) => (isBefore(head.row, best.row) ? head : best));
    page.push(first.row);
    const row = await first.next();
    if (row) first.row = row;
    else heads.splice(heads.indexOf(first), 1);
    if (page.length < ROWS_A_PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);

/** As the database compares: by code points, where JavaScript goes by code units. */
const compareNames = (a: string, b: string) => (a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)));

import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { and, asc, eq, lt, sql } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { listFacets } from '../records/facets.ts';
import type { PlatformActor } from '../staff/actor.ts';
import type { Reconciliation, ReconciliationQuery } from './wire.ts';

const { records } = tables;
const ROWS_A_PAGE = 2000;

/** What of a record is compared: the city has the same of its own rows. */
export interface ReconciledRow {
  id: string;
  cdOperation: 'i' | 'u' | 'd';
  /** `yyyy-MM-dd HH:mm:ss` */
  cdTime: string;
  cdBatch: string;
}

/**
 * What the province holds of a city now: counts and digests by day of `cd_time`, batch and operation.
 * @param input days `yyyy-MM-dd`, both included
 */
export async function reconcile(db: Db, actor: PlatformActor, input: ReconciliationQuery): Promise<Reconciliation> {
  const days: Reconciliation['days'] = [];
  let day: ReconciledRow[] = [];
  const finish = async () => {
    if (day.length > 0) days.push(await summarise(day));
    day = [];
  };
  for await (const rows of cityRows(db, actor.cityCode, input)) {
    for (const row of rows) {
      if (day[0] && day[0].cdTime.slice(0, 10) !== row.cdTime.slice(0, 10)) await finish();
      day.push(row);
    }
    await turn();
  }
  await finish();
  return { cd_source: actor.cityCode, from: input.from, to: input.to, days };
}

/**
 * One day's figures of rows in any order. The client computes them over a city's own rows by this same function.
 * A city may have a million rows of one day: they are sorted in parts, and others have their turn in between.
 */
export async function summarise(rows: ReconciledRow[]): Promise<Reconciliation['days'][number]> {
  const whole = makeTally();
  const groups = new Map<string, Pick<ReconciledRow, 'cdBatch' | 'cdOperation'> & { tally: Tally }>();
  const parts = new Map<string, ReconciledRow[]>();
  for (const row of rows) {
    const start = row.id.slice(0, 2);
    const part = parts.get(start);
    if (part) part.push(row);
    else parts.set(start, [row]);
  }
  for (const start of [...parts.keys()].sort()) {
    for (const row of parts.get(start)?.sort((a, b) => (a.id < b.id ? -1 : 1)) ?? []) {
      whole.add(row);
      const key = `${row.cdBatch} ${row.cdOperation}`;
      let group = groups.get(key);
      if (!group) {
        group = { cdBatch: row.cdBatch, cdOperation: row.cdOperation, tally: makeTally() };
        groups.set(key, group);
      }
      group.tally.add(row);
    }
    await turn();
  }
  return {
    day: rows[0]?.cdTime.slice(0, 10) ?? '',
    ...whole.sum(),
    batches: [...groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { cdBatch, cdOperation, tally }]) => ({ cd_batch: cdBatch, cd_operation: cdOperation, ...tally.sum() })),
  };
}

/** Counts rows, and digests them in the order in which they come. */
function makeTally() {
  const digest = createHash('sha256');
  let count = 0;
  return {
    add(row: ReconciledRow) {
      count += 1;
      digest.update(`${row.id},${row.cdOperation},${row.cdTime}\n`);
    },
    sum: () => ({ count, digest: digest.digest('hex') }),
  };
}
type Tally = ReturnType<typeof makeTally>;

/** Day by day, and of each day facet by facet, page by page. */
async function* cityRows(db: Db, cityCode: string, { from, to }: ReconciliationQuery) {
  const facets = (await listFacets(db.read)).filter(({ cdSource }) => cdSource === cityCode);
  for (let day = from; day <= to; day = dayAfter(day)) {
    for (const { id } of facets) yield* rowsOf(db, id, day);
  }
}

async function* rowsOf(db: Db, facetId: number, day: string) {
  const columns = {
    seq: records.seq,
    id: records.id,
    cdOperation: records.cdOperation,
    cdTime: records.cdTime,
    cdBatch: records.cdBatch,
  };
  // The day alone sorts before all of its times, and `~` behind them.
  for (let last = { cdTime: day, seq: 0 }; ; ) {
    const page = await db.read
      .select(columns)
      .from(records)
      .where(
        and(
          eq(records.facetId, facetId),
          sql`(${records.cdTime}, ${records.seq}) > (${last.cdTime}, ${last.seq})`,
          lt(records.cdTime, `${day}~`),
        ),
      )
      .orderBy(asc(records.cdTime), asc(records.seq))
      .limit(ROWS_A_PAGE);
    if (page.length > 0) yield page;
    const end = page.at(-1);
    if (!end || page.length < ROWS_A_PAGE) return;
    last = end;
  }
}

const dayAfter = (day: string) => new Date(Date.parse(day) + 24 * 60 * 60 * 1000).toISOString().slice(0, 10);

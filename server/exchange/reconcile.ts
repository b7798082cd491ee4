import { createHash } from 'node:crypto';
import { and, asc, eq, gt, gte, lt, or } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
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
  const finish = () => {
    if (day.length > 0) days.push(summarise(day));
    day = [];
  };
  for await (const rows of cityRows(db, actor.cityCode, input)) {
    for (const row of rows) {
      if (day[0] && day[0].cdTime.slice(0, 10) !== row.cdTime.slice(0, 10)) finish();
      day.push(row);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  finish();
  return { cd_source: actor.cityCode, from: input.from, to: input.to, days };
}

/** One day's figures of rows in any order. The client computes them over a city's own rows by this same function. */
export function summarise(rows: ReconciledRow[]): Reconciliation['days'][number] {
  const sorted = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
  const groups = new Map<string, ReconciledRow[]>();
  for (const row of sorted) {
    const key = `${row.cdBatch} ${row.cdOperation}`;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return {
    day: rows[0]?.cdTime.slice(0, 10) ?? '',
    count: rows.length,
    digest: digestOf(sorted),
    batches: [...groups.keys()].sort().map((key) => {
      const group = groups.get(key) ?? [];
      const [first] = group;
      return {
        cd_batch: first?.cdBatch ?? '',
        cd_operation: first?.cdOperation ?? 'i',
        count: group.length,
        digest: digestOf(group),
      };
    }),
  };
}

function digestOf(sorted: ReconciledRow[]): string {
  const digest = createHash('sha256');
  for (const row of sorted) digest.update(`${row.id},${row.cdOperation},${row.cdTime}\n`);
  return digest.digest('hex');
}

async function* cityRows(db: Db, cityCode: string, { from, to }: ReconciliationQuery) {
  let last = { cdTime: from, seq: 0 };
  for (;;) {
    const rows = await db.read
      .select({
        seq: records.seq,
        id: records.id,
        cdOperation: records.cdOperation,
        cdTime: records.cdTime,
        cdBatch: records.cdBatch,
      })
      .from(records)
      .where(
        and(
          eq(records.cdSource, cityCode),
          gte(records.cdTime, last.cdTime),
          // The day's last second and all of the day sort before this.
          lt(records.cdTime, `${to}~`),
          or(gt(records.cdTime, last.cdTime), gt(records.seq, last.seq)),
        ),
      )
      .orderBy(asc(records.cdTime), asc(records.seq))
      .limit(ROWS_A_PAGE);
    yield rows;
    const end = rows.at(-1);
    if (!end || rows.length < ROWS_A_PAGE) return;
    last = end;
  }
}

import { and, gte, lt } from 'drizzle-orm';
import { type Db, isAccepted, isOneOf, tables } from '../../db/index.ts';
import { type Province, requestOnce } from '../exchange/client/send.ts';
import { type ReconciledRow, summarise } from '../exchange/reconcile.ts';
import type { Reconciliation } from '../exchange/wire.ts';

const { cityOutbox } = tables;
const RECORDS_AT_ONCE = 5000;

export interface ComparedDay {
  day: string;
  /** Records whose last accepted row is of that day, and those that the province holds by this platform's batches. */
  own: number;
  held: number;
  equal: boolean;
}

type Groups = Reconciliation['days'][number]['batches'];

/**
 * Compares what the outbox had accepted, of each record the last row, with what the province holds: day by day of `cd_time`, row by row by
 * digest. Batches that the city uploads by other programs are left out.
 * @param input days `yyyy-MM-dd`, both included, 31 at most
 * @throws Refused, Unavailable
 */
export async function reconcileOutbox(
  db: Db,
  province: Province,
  { from, to }: { from: string; to: string },
): Promise<ComparedDay[]> {
  const target = `/api/exchange/v1/reconciliation?from=${from}&to=${to}`;
  const answer: Reconciliation = JSON.parse(await requestOnce(province, 'GET', target));
  const own = await ownDays(db, from, to);
  const held = new Map<string, Groups>();
  for (const { day, batches } of answer.days) {
    const ours = await ownBatches(
      db,
      batches.map(({ cd_batch: cdBatch }) => cdBatch),
    );
    const groups = batches.filter(({ cd_batch: cdBatch }) => ours.has(cdBatch));
    if (groups.length > 0) held.set(day, groups);
  }
  return [...new Set([...own.keys(), ...held.keys()])].sort().map((day) => {
    const [mine, theirs] = [own.get(day) ?? [], held.get(day) ?? []];
    return { day, own: sum(mine), held: sum(theirs), equal: keyOf(mine) === keyOf(theirs) };
  });
}

const sum = (groups: Groups) => groups.reduce((total, { count }) => total + count, 0);
const keyOf = (groups: Groups) =>
  groups
    .map(
      ({ cd_batch: cdBatch, cd_operation: operation, count, digest }) => `${cdBatch},${operation},${count},${digest}`,
    )
    .sort()
    .join('\n');

async function ownDays(db: Db, from: string, to: string): Promise<Map<string, Groups>> {
  const { id, recordId, state, operation, cdTime, cdBatch } = cityOutbox;
  const touched = await db.read
    .select({ recordId })
    .from(cityOutbox)
    .where(and(isAccepted(state), gte(cdTime, from), lt(cdTime, `${to}~`)));
  // A record's last row may be of a later day: then the province holds it there.
  const records = [...new Set(touched.map((row) => row.recordId))];
  const last = new Map<string, ReconciledRow & { at: number }>();
  for (let first = 0; first < records.length; first += RECORDS_AT_ONCE) {
    const rows = await db.read
      .select({ at: id, id: recordId, state, cdOperation: operation, cdTime, cdBatch })
      .from(cityOutbox)
      .where(isOneOf(recordId, records.slice(first, first + RECORDS_AT_ONCE)));
    for (const row of rows) {
      if (row.state !== 'accepted' || row.at < (last.get(row.id)?.at ?? 0)) continue;
      last.set(row.id, { ...row, cdBatch: row.cdBatch ?? '' });
    }
  }
  const days = new Map<string, ReconciledRow[]>();
  for (const row of last.values()) {
    const day = row.cdTime.slice(0, 10);
    if (day > to) continue;
    const rows = days.get(day) ?? [];
    rows.push(row);
    days.set(day, rows);
  }
  const summaries = await Promise.all([...days.values()].map(summarise));
  return new Map(summaries.map(({ day, batches }) => [day, batches]));
}

/** Those of some batch numbers that are this platform's own. */
async function ownBatches(db: Db, numbers: string[]): Promise<Set<string>> {
  const rows = await db.read
    .select({ cdBatch: cityOutbox.cdBatch })
    .from(cityOutbox)
    .where(isOneOf(cityOutbox.cdBatch, numbers))
    .groupBy(cityOutbox.cdBatch);
  return new Set(rows.map(({ cdBatch }) => cdBatch ?? ''));
}

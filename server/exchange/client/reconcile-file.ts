import { TIME, UUID } from '../../records/forms.ts';
import { type ReconciledRow, summarise } from '../reconcile.ts';
import { MAX_DAYS, type Reconciliation } from '../wire.ts';
import { readRecords } from './read-file.ts';
import { type Province, request } from './send.ts';

type Day = Pick<Reconciliation['days'][number], 'day' | 'count' | 'digest'>;

export interface ComparedDay {
  day: string;
  /** Records of the file and of the province. */
  own: number;
  held: number;
  equal: boolean;
}

const DAY = 86_400_000;

/**
 * Compares a file's records, the last row of each id, with what the province holds, day by day of `cd_time`.
 * @throws Refused, Error
 */
export async function reconcileFile(province: Province, file: string): Promise<ComparedDay[]> {
  const own = await daysOf(file);
  const [first] = [...own.keys()].sort();
  const last = [...own.keys()].sort().at(-1);
  if (!first || !last) throw new Error('文件中没有可以对账的记录');
  const held = new Map<string, Day>();
  for (let from = Date.parse(first); from <= Date.parse(last); from += MAX_DAYS * DAY) {
    const to = Math.min(from + (MAX_DAYS - 1) * DAY, Date.parse(last));
    const target = `/api/exchange/v1/reconciliation?from=${dayOf(from)}&to=${dayOf(to)}`;
    const answer: Reconciliation = JSON.parse(await request(province, 'GET', target));
    for (const day of answer.days) held.set(day.day, day);
  }
  return [...new Set([...own.keys(), ...held.keys()])].sort().map((day) => ({
    day,
    own: own.get(day)?.count ?? 0,
    held: held.get(day)?.count ?? 0,
    equal: own.get(day)?.digest === held.get(day)?.digest,
  }));
}

async function daysOf(file: string): Promise<Map<string, Day>> {
  const last = new Map<string, ReconciledRow>();
  for await (const rows of readRecords(file)) {
    for (const row of rows) {
      const reconciled = toReconciled(row);
      if (reconciled) last.set(reconciled.id, reconciled);
    }
  }
  const days = new Map<string, ReconciledRow[]>();
  for (const row of last.values()) {
    const day = row.cdTime.slice(0, 10);
    const rows = days.get(day);
    if (rows) rows.push(row);
    else days.set(day, [row]);
  }
  return new Map([...days].map(([day, rows]) => [day, summarise(rows)]));
}

/** A row without a right id, time and operation was refused by the province as well. */
function toReconciled(row: unknown): ReconciledRow | null {
  const text = (name: string) => String((row as Record<string, unknown> | null)?.[name] ?? '');
  const id = UUID.read(text('id'));
  const cdTime = TIME.read(text('cd_time'));
  const cdOperation = text('cd_operation');
  if (!id || !cdTime || !/^[iud]$/.test(cdOperation)) return null;
  return { id, cdTime, cdOperation: cdOperation as 'i' | 'u' | 'd', cdBatch: text('cd_batch') };
}

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

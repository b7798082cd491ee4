import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { TIME, UUID } from '../../records/forms.ts';
import { type ReconciledRow, summarise } from '../reconcile.ts';
import { MAX_DAYS, type Reconciliation } from '../wire.ts';
import { findPlan } from './plan.ts';
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

export interface Comparison {
  days: ComparedDay[];
  /** Records of the file that were left out, as the province refused them. */
  refused: number;
}

const DAY = 86_400_000;

/**
 * Compares a file's records, the last row of each id, with what the province holds, day by day of `cd_time`. Where
 * `upload` sent this very file, what was refused is left out.
 * @throws Refused, Error
 */
export async function reconcileFile(province: Province, file: string): Promise<Comparison> {
  const refused = await refusedRows(file);
  const own = await daysOf(file, refused);
  const ownDays = [...own.keys()].sort();
  if (ownDays.length === 0) throw new Error('文件中没有可以对账的记录');
  const held = new Map<string, Day>();
  let asked = '';
  for (const from of ownDays) {
    if (from <= asked) continue;
    const end = dayOf(Date.parse(from) + (MAX_DAYS - 1) * DAY);
    asked = ownDays.findLast((day) => day <= end) ?? from;
    const target = `/api/exchange/v1/reconciliation?from=${from}&to=${asked}`;
    const answer: Reconciliation = JSON.parse(await request(province, 'GET', target));
    for (const day of answer.days) held.set(day.day, day);
  }
  const days = [...new Set([...own.keys(), ...held.keys()])].sort().map((day) => ({
    day,
    own: own.get(day)?.count ?? 0,
    held: held.get(day)?.count ?? 0,
    equal: own.get(day)?.digest === held.get(day)?.digest,
  }));
  return { days, refused: refused.size };
}

/** The rows, from 1, that `upload` listed as refused; none when it sent another content. */
async function refusedRows(file: string): Promise<Set<number>> {
  const errors = `${file}.errors.csv`;
  if (!existsSync(errors) || !(await findPlan(file))) return new Set();
  const lines = parse(await readFile(errors), { columns: true, bom: true }) as { row: string; severity: string }[];
  return new Set(lines.filter(({ severity }) => severity === 'error').map(({ row }) => Number(row)));
}

async function daysOf(file: string, refused: Set<number>): Promise<Map<string, Day>> {
  const last = new Map<string, ReconciledRow>();
  let n = 0;
  for await (const rows of readRecords(file)) {
    for (const row of rows) {
      n += 1;
      const reconciled = refused.has(n) ? null : toReconciled(row);
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
  const summaries = await Promise.all([...days.values()].map(summarise));
  return new Map(summaries.map((summary) => [summary.day, summary]));
}

/** A row without a right id, time and operation is refused by the province. */
function toReconciled(row: unknown): ReconciledRow | null {
  const text = (name: string) => String((row as Record<string, unknown> | null)?.[name] ?? '');
  const id = UUID.read(text('id'));
  const cdTime = TIME.read(text('cd_time'));
  const cdOperation = text('cd_operation');
  if (!id || !cdTime || !/^[iud]$/.test(cdOperation)) return null;
  return { id, cdTime, cdOperation: cdOperation as 'i' | 'u' | 'd', cdBatch: text('cd_batch') };
}

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

/** What of a row can be judged only beside its batch, the filing register and the records that stand already. */
import { eq } from 'drizzle-orm';
import { given, prepared, type Queries, tables } from '../../db/index.ts';
import type { AuthenticationRecord } from '../records/find-by-card.ts';
import { fieldOf, type StagedRow } from './stage-batch.ts';

const filings = ['app_record_no', 'app_record_no_recognize'] as const;

/** A city's filing numbers and whether each stands (X2). */
export type Register = Record<(typeof filings)[number], Map<string, 'approved' | 'revoked'>>;

const readFilings = prepared((db: Queries) =>
  db
    .select()
    .from(tables.filings)
    .where(eq(tables.filings.cityCode, given('cityCode'))),
);
export async function readRegister(db: Queries, cityCode: string): Promise<Register> {
  const rows = await readFilings(db, { cityCode });
  const register: Register = { app_record_no: new Map(), app_record_no_recognize: new Map() };
  // Numbers come with the approval: any filing that has them stands, or did.
  for (const { state, appRecordNo, appRecordNoRecognize } of rows) {
    if (!appRecordNo || !appRecordNoRecognize || (state !== 'approved' && state !== 'revoked')) continue;
    register.app_record_no.set(appRecordNo, state);
    register.app_record_no_recognize.set(appRecordNoRecognize, state);
  }
  return register;
}

/** Keys of issues (records/issues.ts) that a row has in its batch, whatever stands already. */
export function judgeInBatch(
  row: StagedRow,
  batch: { cdBatch: string; cityCode: string },
  register: Register,
): string[] {
  const errors: string[] = [];
  const source = fieldOf(row, 'cd_source');
  if (source && source !== batch.cityCode) errors.push('cd_source:city');
  const cdBatch = fieldOf(row, 'cd_batch');
  if (cdBatch && cdBatch !== batch.cdBatch) errors.push('cd_batch:batch');
  for (const name of filings) {
    const number = fieldOf(row, name);
    if (!number) continue;
    const state = register[name].get(number);
    // Whoever lost the filing must still be able to withdraw what came through it.
    if (state === 'revoked' && fieldOf(row, 'cd_operation') === 'd') continue;
    if (state !== 'approved') errors.push(`${name}:${state ? 'revoked' : 'filed'}`);
  }
  return errors;
}

export type Verdict = { change: 'insert' | 'update' | 'withdraw' | 'none' } | { error: string };

/**
 * i, u and d by `id` (X3): `i` of a known id with other content, `u` and `d` of an unknown id or older than what stands
 * are errors; the same row again changes nothing. What another city holds is unknown to this one.
 * @param stored the record of the same id, of whatever city
 * @param differs whether the row says anything else than `stored`, its batch number aside
 */
export function judgeChange(row: StagedRow, stored: AuthenticationRecord | undefined, differs: boolean): Verdict {
  const operation = fieldOf(row, 'cd_operation');
  const own = stored?.cdSource === fieldOf(row, 'cd_source');
  if (operation === 'i') {
    if (!stored) return { change: 'insert' };
    return own && !differs ? { change: 'none' } : { error: 'id:known' };
  }
  if (!stored || !own) return { error: 'id:unknown' };
  const cdTime = fieldOf(row, 'cd_time') ?? '';
  if (cdTime < stored.cdTime) return { error: 'cd_time:stale' };
  if (operation === 'd') {
    return { change: stored.cdOperation === 'd' && cdTime === stored.cdTime ? 'none' : 'withdraw' };
  }
  return { change: differs ? 'update' : 'none' };
}

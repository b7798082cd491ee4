import { eq, getTableColumns } from 'drizzle-orm';
import { given, indexesOf, isOneOf, prepared, type Transaction, tables, type Value } from '../../db/index.ts';
import type { FacetFields } from '../records/facets.ts';
import { FIELD_NAMES, type FieldName } from '../records/fields.ts';
import type { AuthenticationRecord } from '../records/find-by-card.ts';
import { fieldOf, type StagedRow, warningsOf } from './stage-batch.ts';

const { records, recordChanges, batchIssues } = tables;

type Key = Exclude<keyof AuthenticationRecord, 'seq' | 'warnings' | 'facetId' | 'idcodeIndex' | 'phoneIndex'>;
const keyByColumn = new Map(Object.entries(getTableColumns(records)).map(([key, column]) => [column.name, key as Key]));
/** The fields in their order, by their names here, e.g. `erhcCardNo`. */
const KEYS = FIELD_NAMES.map((name) => keyByColumn.get(name) as Key);
/** `d` marks and erases nothing: these alone change. */
const MARKS: readonly FieldName[] = ['cd_operation', 'cd_time', 'cd_batch'];
const FLAG_AT = FIELD_NAMES.indexOf('recognize_flag');

/** What a batch's rows come to, some hundred at once. A record stands in it once. */
export interface Changes {
  inserts: StagedRow[];
  updates: { row: StagedRow; record: AuthenticationRecord }[];
  withdrawals: { row: StagedRow; record: AuthenticationRecord }[];
  /** Keys of records/issues.ts. */
  issues: { row: number; recordId: string | null; errors: string[]; warnings: string[] }[];
}

/** Names of the fields in which a row differs from what stands. */
export function changedFields(row: StagedRow, record: AuthenticationRecord): FieldName[] {
  return FIELD_NAMES.filter((_, at) => record[KEYS[at] as Key] !== stored(row, at));
}

const readRecords = prepared((tx: Transaction) =>
  tx
    .select()
    .from(records)
    .where(isOneOf(records.id, given('ids'))),
);
export async function findRecords(tx: Transaction, ids: string[]): Promise<Map<string, AuthenticationRecord>> {
  const rows = await readRecords(tx, { ids: JSON.stringify(ids) });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Writes changes, with their history and what was wrong with the rows. */
export async function writeChanges(
  tx: Transaction,
  batch: { id: number; facetOf: (fields: FacetFields) => Promise<number> },
  changes: Changes,
): Promise<void> {
  const history: Value[][] = [];
  const remember = (row: StagedRow, recordSeq: number, changed: FieldName[] | null) =>
    history.push([
      recordSeq,
      batch.id,
      fieldOf(row, 'cd_operation'),
      fieldOf(row, 'cd_time'),
      fieldOf(row, 'app_record_no_recognize'),
      changed?.join(' ') ?? null,
    ]);

  const rows: Value[][] = [];
  for (const row of changes.inserts) {
    const values: Value[] = FIELD_NAMES.map((_, at) => stored(row, at));
    const { idcodeIndex, phoneIndex } = indexesOf(searched(row));
    values.push(words(warningsOf(row)), await batch.facetOf(facetFields(row)), idcodeIndex, phoneIndex);
    rows.push(values);
  }
  const seqs = await tx.insertMany(records, [...KEYS, 'warnings', 'facetId', 'idcodeIndex', 'phoneIndex'], rows);
  changes.inserts.forEach((row, n) => {
    remember(row, seqs[n] ?? 0, null);
  });
  for (const { row, record } of changes.updates) {
    const changed = changedFields(row, record);
    // What stays is not sealed again; and to name `id` would make SQLite look for vouchers that lose their record.
    const fields = {
      ...Object.fromEntries(changed.map((name) => [keyByColumn.get(name), stored(row, FIELD_NAMES.indexOf(name))])),
      ...indexesOf(searched(row)),
    };
    await tx
      .update(records)
      .set({ ...fields, warnings: words(warningsOf(row)), facetId: await batch.facetOf(facetFields(row)) })
      .where(eq(records.seq, record.seq));
    remember(row, record.seq, changed);
  }
  for (const { row, record } of changes.withdrawals) {
    const marks = Object.fromEntries(MARKS.map((name) => [keyByColumn.get(name), fieldOf(row, name)]));
    const facetId = await batch.facetOf({ ...record, cdOperation: 'd' });
    await tx
      .update(records)
      .set({ ...marks, facetId })
      .where(eq(records.seq, record.seq));
    const changed = changedFields(row, record).filter((name) => MARKS.includes(name));
    remember(row, record.seq, changed);
  }
  await tx.insertMany(
    recordChanges,
    ['recordSeq', 'batchId', 'operation', 'cdTime', 'appRecordNoRecognize', 'changedFields'],
    history,
  );
  await tx.insertMany(
    batchIssues,
    ['batchId', 'row', 'recordId', 'errors', 'warnings'],
    changes.issues.map(({ row, recordId, errors, warnings }) => [
      batch.id,
      row,
      recordId,
      words(errors),
      words(warnings),
    ]),
  );
}

const facetFields = (row: StagedRow): FacetFields => ({
  cdSource: fieldOf(row, 'cd_source') ?? '',
  appRecordNoRecognize: fieldOf(row, 'app_record_no_recognize') ?? '',
  recognizeFlag: Number(fieldOf(row, 'recognize_flag')),
  cdOperation: fieldOf(row, 'cd_operation') ?? '',
  authenticationMethod: fieldOf(row, 'authentication_method'),
});

const searched = (row: StagedRow) => ({ idcode: fieldOf(row, 'idcode') ?? '', phone: fieldOf(row, 'phone') ?? '' });

function stored(row: StagedRow, at: number) {
  const value = row[at] || null;
  return at === FLAG_AT ? Number(value) : value;
}

const words = (list: readonly string[]) => list.join(' ') || null;

/** The statements of a batch, prepared once in its transaction: a hundred thousand rows go through each. */
import { eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import { type Transaction, tables } from '../../db/index.ts';
import { FIELD_NAMES, type FieldName } from '../records/fields.ts';
import type { AuthenticationRecord } from '../records/find-by-card.ts';
import { fieldOf } from './judge-row.ts';
import type { StagedRow } from './stage-batch.ts';

const { records, recordChanges, batchIssues } = tables;

type Key = Exclude<keyof AuthenticationRecord, 'seq' | 'warnings'>;
const keyByColumn = new Map(Object.entries(getTableColumns(records)).map(([key, column]) => [column.name, key as Key]));
/** The fields in their order, by their names here, e.g. `erhcCardNo`. */
const KEYS = FIELD_NAMES.map((name) => keyByColumn.get(name) as Key);
/** `d` marks and erases nothing: these alone change. */
const MARKS: readonly FieldName[] = ['cd_operation', 'cd_time', 'cd_batch'];
const FLAG_AT = FIELD_NAMES.indexOf('recognize_flag');

const stored = (row: StagedRow, at: number) => {
  const value = row[0][at] ?? null;
  return at === FLAG_AT ? Number(value) : value;
};

/** Names of the fields in which a row differs from what stands. */
export function changedFields(row: StagedRow, record: AuthenticationRecord): FieldName[] {
  return FIELD_NAMES.filter((_, at) => record[KEYS[at] as Key] !== stored(row, at));
}

/** Placeholders by the keys of a table's row. */
const holes = <T>(keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, sql.placeholder(key)])) as T;

export function prepareChanges(tx: Transaction, batch: { id: number }) {
  const insertion = tx
    .insert(records)
    .values(holes<typeof records.$inferInsert>([...KEYS, 'warnings']))
    .prepare();
  const history = tx
    .insert(recordChanges)
    .values({
      ...holes<typeof recordChanges.$inferInsert>([
        'recordSeq',
        'operation',
        'cdTime',
        'appRecordNoRecognize',
        'changedFields',
      ]),
      batchId: batch.id,
    })
    .prepare();
  const issue = tx
    .insert(batchIssues)
    .values({
      ...holes<typeof batchIssues.$inferInsert>(['row', 'recordId', 'errors', 'warnings']),
      batchId: batch.id,
    })
    .prepare();

  const remember = (row: StagedRow, recordSeq: number, changed: readonly FieldName[] | null) =>
    history.execute({
      recordSeq,
      operation: fieldOf(row, 'cd_operation'),
      cdTime: fieldOf(row, 'cd_time'),
      appRecordNoRecognize: fieldOf(row, 'app_record_no_recognize'),
      changedFields: changed?.join(' ') ?? null,
    });
  const keysOf = (row: StagedRow) => {
    const values: Record<string, unknown> = { warnings: row[2].join(' ') || null };
    KEYS.forEach((key, at) => {
      values[key] = stored(row, at);
    });
    return values;
  };

  const inserted: StagedRow[] = [];

  return {
    async find(ids: string[]): Promise<Map<string, AuthenticationRecord>> {
      const rows = await tx.select().from(records).where(inArray(records.id, ids));
      return new Map(rows.map((row) => [row.id, row]));
    },
    async insert(row: StagedRow): Promise<void> {
      await insertion.execute(keysOf(row));
      inserted.push(row);
    },
    /** Writes the history of what was inserted since the last time: their `seq` in one query costs half of RETURNING. */
    async flush(): Promise<void> {
      const ids = inserted.map((row) => fieldOf(row, 'id') ?? '');
      const found = await tx.select({ id: records.id, seq: records.seq }).from(records).where(inArray(records.id, ids));
      const seqs = new Map(found.map(({ id, seq }) => [id, seq]));
      for (const row of inserted) await remember(row, seqs.get(fieldOf(row, 'id') ?? '') ?? 0, null);
      inserted.length = 0;
    },
    async update(row: StagedRow, record: AuthenticationRecord): Promise<void> {
      // Naming `id` would make SQLite look for vouchers that lose their record.
      const { id: _id, ...changed } = keysOf(row);
      await tx.update(records).set(changed).where(eq(records.seq, record.seq));
      await remember(row, record.seq, changedFields(row, record));
    },
    async withdraw(row: StagedRow, record: AuthenticationRecord): Promise<void> {
      const marks = Object.fromEntries(MARKS.map((name) => [keyByColumn.get(name), fieldOf(row, name)]));
      await tx.update(records).set(marks).where(eq(records.seq, record.seq));
      await remember(
        row,
        record.seq,
        changedFields(row, record).filter((name) => MARKS.includes(name)),
      );
    },
    async report(row: number, recordId: string | null, errors: string[], warnings: string[]): Promise<void> {
      await issue.execute({
        row,
        recordId,
        errors: errors.join(' ') || null,
        warnings: warnings.join(' ') || null,
      });
    },
  };
}

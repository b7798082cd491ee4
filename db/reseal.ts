/**
 * What sealing a database of before and rotating its keys share: a walk through every row that has sealed columns, some hundred at once, each
 * lot in a short transaction together with the place that was reached. Broken off, it goes on from there.
 */
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { isSealed } from './sealed-columns.ts';
import type { Sql } from './sql.ts';
import { tables } from './tables.ts';

const ROWS = 200;

/** A table with sealed columns, by SQL's names. */
export interface Part {
  table: string;
  key: string;
  sealed: string[];
  /** Columns by which sealed ones are found: `idcode_index` of `idcode`. */
  indexes: { column: string; of: string }[];
}
export type Task = 'seal' | 'rotate';
/** Values of a row's sealed columns, by their names. */
export type Sealed = Record<string, string | null>;

export const PARTS: readonly Part[] = Object.values(tables).flatMap((table) => {
  const columns = Object.values(is(table, SQLiteTable) ? getTableColumns(table) : {});
  const sealed = columns.filter(isSealed).map(({ name }) => name);
  const key = columns.find(({ primary }) => primary)?.name;
  if (sealed.length === 0 || !key) return [];
  const indexes = sealed
    .map((of) => ({ of, column: `${of}_index` }))
    .filter(({ column }) => columns.some(({ name }) => name === column));
  return [{ table: getTableName(table), key, sealed, indexes }];
});

/** How far a task has come with a table. */
export interface Progress {
  keyId: string;
  position: string | null;
  done: boolean;
}

export async function readProgress(sql: Sql, task: Task, part: string): Promise<Progress | null> {
  const [row] = await sql.all<{ key_id: string; position: string | null; done: number }>(
    'SELECT key_id, position, done FROM sealing_progress WHERE task = ? AND part = ?',
    [task, part],
  );
  return row ? { keyId: row.key_id, position: row.position, done: row.done === 1 } : null;
}

export async function writeProgress(sql: Sql, task: Task, part: string, progress: Progress): Promise<void> {
  await sql.run(
    `INSERT INTO sealing_progress (task, part, key_id, position, done) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (task, part) DO UPDATE SET key_id = excluded.key_id, position = excluded.position, done = excluded.done`,
    [task, part, progress.keyId, progress.position, progress.done ? 1 : 0],
  );
}

/**
 * Takes the next rows of a table and writes what has to change of them; whoever else changed a row meanwhile keeps what was written.
 * @param change a row's columns to be set, sealed ones and indexes; null where it stays as it is
 * @returns rows that are done, and how many of them were changed
 */
export async function walkOn(
  sql: Sql,
  task: Task,
  part: Part,
  progress: Progress,
  change: (values: Sealed, key: string) => Sealed | null,
): Promise<{ rows: number; changed: number; progress: Progress }> {
  const columns = [...part.sealed, ...part.indexes.map(({ column }) => column)];
  const from = progress.position === null ? '' : `WHERE "${part.key}" > ?`;
  const rows = await sql.all<{ key: string | number } & Sealed>(
    `SELECT "${part.key}" AS "key", ${names(columns)} FROM "${part.table}" ${from} ORDER BY "${part.key}" LIMIT ${ROWS}`,
    progress.position === null ? [] : [progress.position],
  );
  const changes = rows.map(({ key, ...values }) => ({ key, before: values, set: change(values, String(key)) }));
  return sql.transaction(async () => {
    let [reached, changed] = [0, 0];
    for (const { key, before, set } of changes) {
      if (set) {
        const assigned = Object.keys(set).map((name) => `"${name}" = ?`);
        const compared = part.sealed.map((name) => `"${name}" IS NOT DISTINCT FROM ?`);
        const wrote = await sql.run(
          `UPDATE "${part.table}" SET ${assigned.join(', ')} WHERE "${part.key}" = ? AND ${compared.join(' AND ')}`,
          [...Object.values(set), key, ...part.sealed.map((name) => before[name] ?? null)],
        );
        // Somebody else wrote some of it: the next lot begins with this row as it is now. One that is gone needs nothing.
        if (wrote !== 1 && (await isThere(sql, part, key))) break;
        if (wrote === 1) changed += 1;
      }
      reached += 1;
    }
    const last = changes[reached - 1];
    const next = {
      ...progress,
      position: last ? String(last.key) : progress.position,
      done: reached === rows.length && rows.length < ROWS,
    };
    await writeProgress(sql, task, part.table, next);
    return { rows: reached, changed, progress: next };
  });
}

const isThere = async (sql: Sql, { table, key }: Part, value: string | number) =>
  (await sql.all(`SELECT 1 FROM "${table}" WHERE "${key}" = ?`, [value])).length > 0;

/** Rows of a table up to a place, or all. */
export async function countRows(sql: Sql, part: Part, upTo?: string | null): Promise<number> {
  if (upTo === null) return 0;
  const where = upTo === undefined ? '' : `WHERE "${part.key}" <= ?`;
  const text = `SELECT count(*) AS n FROM "${part.table}" ${where}`;
  const [row] = await sql.all<{ n: number }>(text, upTo === undefined ? [] : [upTo]);
  return row?.n ?? 0;
}

/** How many values each key has sealed, by its id. */
export async function countByKey(sql: Sql): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { table, sealed } of PARTS) {
    for (const column of sealed) {
      const rows = await sql.all<{ id: string; n: number }>(
        `SELECT substr("${column}", 1, instr("${column}", '.') - 1) AS id, count(*) AS n FROM "${table}"
          WHERE "${column}" IS NOT NULL GROUP BY 1`,
      );
      for (const { id, n } of rows) counts.set(id, (counts.get(id) ?? 0) + n);
    }
  }
  return counts;
}

const names = (columns: string[]) => columns.map((name) => `"${name}"`).join(', ');

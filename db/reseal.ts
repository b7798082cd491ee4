/**
 * What sealing a database of before and rotating its keys share: a walk through every row that has sealed columns, some hundred at once, each
 * lot in a short transaction together with the place that was reached. Broken off, it goes on from there.
 */
import type Database from 'better-sqlite3';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { isSealed } from './sealed-columns.ts';
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

export function readProgress(connection: Database.Database, task: Task, part: string): Progress | null {
  const row = connection
    .prepare('SELECT key_id, position, done FROM sealing_progress WHERE task = ? AND part = ?')
    .get(task, part) as { key_id: string; position: string | null; done: number } | undefined;
  return row ? { keyId: row.key_id, position: row.position, done: row.done === 1 } : null;
}

export function writeProgress(connection: Database.Database, task: Task, part: string, progress: Progress): void {
  connection
    .prepare(
      `INSERT INTO sealing_progress (task, part, key_id, position, done) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (task, part) DO UPDATE SET key_id = excluded.key_id, position = excluded.position, done = excluded.done`,
    )
    .run(task, part, progress.keyId, progress.position, progress.done ? 1 : 0);
}

/**
 * Takes the next rows of a table and writes what has to change of them; whoever else changed a row meanwhile keeps what was written.
 * @param change a row's columns to be set, sealed ones and indexes; null where it stays as it is
 * @returns rows that are done, and how many of them were changed
 */
export function walkOn(
  connection: Database.Database,
  task: Task,
  part: Part,
  progress: Progress,
  change: (values: Sealed, key: string) => Sealed | null,
): { rows: number; changed: number; progress: Progress } {
  const columns = [...part.sealed, ...part.indexes.map(({ column }) => column)];
  const from = progress.position === null ? '' : `WHERE "${part.key}" > @position`;
  const rows = connection
    .prepare(
      `SELECT "${part.key}" AS "key", ${names(columns)} FROM "${part.table}" ${from} ORDER BY "${part.key}" LIMIT ${ROWS}`,
    )
    .all(progress.position === null ? {} : { position: progress.position }) as ({ key: string | number } & Sealed)[];
  const changes = rows.map(({ key, ...values }) => ({ key, before: values, set: change(values, String(key)) }));
  let [reached, changed] = [0, 0];
  let next = progress;
  connection
    .transaction(() => {
      for (const { key, before, set } of changes) {
        if (set) {
          const assigned = Object.keys(set).map((name) => `"${name}" = ?`);
          const compared = part.sealed.map((name) => `"${name}" IS ?`);
          const statement = connection.prepare(
            `UPDATE "${part.table}" SET ${assigned.join(', ')} WHERE "${part.key}" = ? AND ${compared.join(' AND ')}`,
          );
          const values = [...Object.values(set), key, ...part.sealed.map((name) => before[name] ?? null)];
          const wrote = statement.run(values).changes === 1;
          // Somebody else wrote some of it: the next lot begins with this row as it is now. One that is gone needs nothing.
          if (!wrote && isThere(connection, part, key)) break;
          if (wrote) changed += 1;
        }
        reached += 1;
      }
      const last = changes[reached - 1];
      next = {
        ...progress,
        position: last ? String(last.key) : progress.position,
        done: reached === rows.length && rows.length < ROWS,
      };
      writeProgress(connection, task, part.table, next);
    })
    .immediate();
  return { rows: reached, changed, progress: next };
}

const isThere = (connection: Database.Database, { table, key }: Part, value: string | number) =>
  connection.prepare(`SELECT 1 FROM "${table}" WHERE "${key}" = ?`).get(value) !== undefined;

/** Rows of a table up to a place, or all. */
export function countRows(connection: Database.Database, part: Part, upTo?: string | null): number {
  if (upTo === null) return 0;
  const where = upTo === undefined ? '' : `WHERE "${part.key}" <= @upTo`;
  return connection
    .prepare(`SELECT count(*) FROM "${part.table}" ${where}`)
    .pluck()
    .get(upTo === undefined ? {} : { upTo }) as number;
}

/** How many values each key has sealed, by its id. */
export function countByKey(connection: Database.Database): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { table, sealed } of PARTS) {
    for (const column of sealed) {
      const rows = connection
        .prepare(
          `SELECT substr("${column}", 1, instr("${column}", '.') - 1) AS id, count(*) AS n FROM "${table}"
            WHERE "${column}" IS NOT NULL GROUP BY 1`,
        )
        .all() as { id: string; n: number }[];
      for (const { id, n } of rows) counts.set(id, (counts.get(id) ?? 0) + n);
    }
  }
  return counts;
}

const names = (columns: string[]) => columns.map((name) => `"${name}"`).join(', ');

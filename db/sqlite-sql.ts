/** `Sql` of sql.ts on SQLite. */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { keepStatements } from './connection.ts';
import type { Sql } from './sql.ts';
import { pathOf } from './sqlite.ts';

/** A batch of 100 000 records may stand before. */
const PATIENCE = 60_000;

/** `openSql` of sql.ts, for `file:PATH`. */
export function openSqliteSql(url: string): Sql & { close(): Promise<void> } {
  const path = pathOf(url);
  if (!existsSync(path)) throw new Error(`there is no database ${path}: set DATABASE_URL`);
  const connection = new Database(path);
  connection.pragma(`busy_timeout = ${PATIENCE}`);
  connection.pragma('synchronous = NORMAL');
  // What is overwritten is not only let go of: a former key may have sealed it.
  connection.pragma('secure_delete = ON');
  keepStatements(connection);
  return { ...makeSqliteSql(connection), close: async () => void connection.close() };
}

export function makeSqliteSql(connection: Database.Database): Sql {
  return {
    all: async (text, values = []) => connection.prepare(text).all(...values) as never,
    run: async (text, values = []) => connection.prepare(text).run(...values).changes,
    async transaction(work) {
      connection.exec('BEGIN IMMEDIATE');
      try {
        const result = await work();
        connection.exec('COMMIT');
        return result;
      } catch (error) {
        if (connection.inTransaction) connection.exec('ROLLBACK');
        throw error;
      }
    },
    settle: async () => void connection.pragma('synchronous = FULL'),
  };
}

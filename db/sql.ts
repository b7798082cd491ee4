/** A connection for what the query builder is not made for: keys that are rotated, tests that look. */
import type { Value } from './index.ts';
import { importPostgres, isPostgres } from './kind.ts';
import { openSqliteSql } from './sqlite-sql.ts';

/** The same words for both databases: `?` for a parameter. */
export interface Sql {
  all<T>(text: string, values?: readonly Value[]): Promise<T[]>;
  /** @returns how many rows were changed */
  run(text: string, values?: readonly Value[]): Promise<number>;
  /** One transaction, beside which nobody else writes; a throw leaves nothing behind. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** From here on a transaction that has ended is on the disk, and all before it. */
  settle(): Promise<void>;
}

/** Opens a database that is there, as it is. @throws Error where there is none */
export async function openSql(url: string): Promise<Sql & { close(): Promise<void> }> {
  if (isPostgres(url)) return (await importPostgres()).openPostgresSql(url);
  return openSqliteSql(url);
}

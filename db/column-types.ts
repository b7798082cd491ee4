import { is } from 'drizzle-orm';
import { SQLiteBoolean, type SQLiteColumn } from 'drizzle-orm/sqlite-core';

/** What PostgreSQL keeps a column of SQLite's tables as: truth as 0 and 1, moments as milliseconds, JSON as text. */
export function postgresTypeOf(column: SQLiteColumn): 'text' | 'bytea' | 'smallint' | 'bigint' {
  const type = column.getSQLType();
  if (type === 'text') return 'text';
  if (type === 'blob') return 'bytea';
  return is(column, SQLiteBoolean) ? 'smallint' : 'bigint';
}

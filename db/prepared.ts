import { getTableColumns, type Placeholder, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

/** A value that is given at each call of a prepared query. */
export const given = sql.placeholder;

/**
 * The number of rows at most, as a part of the query's text: drizzle makes it a parameter, and SQLite plans a query with `LIMIT ?` anew at each
 * call, which takes longer than many a query.
 */
export const atMost = (rows: number) => sql.raw(String(rows)) as unknown as Placeholder;

/** Every column of a row that is given at each call. */
export const allGiven = <T extends SQLiteTable>(table: T): T['$inferInsert'] =>
  Object.fromEntries(Object.keys(getTableColumns(table)).map((name) => [name, given(name)])) as never;

/** Every column but the one that the database gives. */
export function allGivenBut<T extends SQLiteTable>(table: T, but: keyof T['$inferInsert']): T['$inferInsert'] {
  const { [but]: _, ...others } = allGiven(table);
  return others as never;
}

interface Query<Result> {
  /** Of SQLite it has the result at once: each promise between costs as much as a small query. */
  execute(values: Record<string, unknown>): PromiseLike<Result> & { sync?(): Result };
}

let count = 0;

/**
 * A query that is built once for each connection: drizzle takes longer to build one than the database to answer it, which the few
 * queries of every scan would feel.
 * @param build the query, with {@link given} where its values come
 * @returns runs it on a connection or in a transaction
 */
export function prepared<On extends object, Result>(
  build: (on: On) => PromiseLike<Result>,
): (on: On, values: Record<string, unknown>) => Promise<Result> {
  const queries = new WeakMap<On, Query<Result>>();
  count += 1;
  const name = `q${count}`;
  return async (on, values) => {
    let query = queries.get(on);
    if (!query) {
      query = (build(on) as unknown as { prepare(name: string): Query<Result> }).prepare(name);
      queries.set(on, query);
    }
    const result = query.execute(values);
    return result.sync?.() ?? result;
  };
}

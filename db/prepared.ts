import { getTableColumns, is, Param, Placeholder, sql } from 'drizzle-orm';
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
  /** What drizzle sends, with a placeholder where a value is given. */
  query: { params: unknown[] };
  /** Of SQLite it has the result at once: each promise between costs as much as a small query. */
  execute(values: Record<string, unknown>): PromiseLike<Result> & { sync?(): Result };
}

/**
 * The parameters of a query for the values of one call. drizzle asks of each parameter at each call what it is, along its classes, which takes as
 * long as a small query.
 * @throws Error when a value is missing
 */
function makeFill(params: readonly unknown[]): (values: Record<string, unknown>) => unknown[] {
  const parts = params.map((param) => {
    const encoder = is(param, Param) ? param.encoder : null;
    const place = encoder ? (param as Param).value : param;
    return { param, encoder, name: is(place, Placeholder) ? (place.name as string) : null };
  });
  return (values) =>
    parts.map(({ param, encoder, name }) => {
      if (name === null) return param;
      if (!(name in values)) throw new Error(`no value was given for ${name}`);
      const value = values[name];
      return encoder ? encoder.mapToDriverValue(value) : value;
    });
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
  const queries = new WeakMap<On, { query: Query<Result>; fill: ReturnType<typeof makeFill> }>();
  count += 1;
  const name = `q${count}`;
  return async (on, values) => {
    let made = queries.get(on);
    if (!made) {
      const query = (build(on) as unknown as { prepare(name: string): Query<Result> }).prepare(name);
      made = { query, fill: makeFill(query.query.params) };
      queries.set(on, made);
    }
    const { query, fill } = made;
    // Taken up before anything else is done: either driver's part reads them first, and without a promise between.
    query.query.params = fill(values);
    const result = query.execute(values);
    return result.sync?.() ?? result;
  };
}

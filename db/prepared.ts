import type { Statement } from 'better-sqlite3';
import { Column, getTableColumns, is, Param, Placeholder, SQL, sql } from 'drizzle-orm';
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

/** What drizzle has prepared, of which its types tell less. */
interface Query<Result> {
  /** What drizzle sends, with a placeholder where a value is given. */
  query: { params: unknown[] };
  /** Of SQLite it can be had at once. */
  execute(values: Record<string, unknown>): PromiseLike<Result> & { sync?(): Result };
  /** With SQLite: what the driver compiled, which answers at once. */
  stmt?: Statement;
  /** Columns of the result, each with its name in a row; of joined tables several. Undefined where there is no result. */
  fields?: { path: string[]; field: Column | SQL }[];
  /** Where drizzle makes something else of the rows. */
  customResultMapper?: unknown;
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
      const value = values[name];
      if (value === undefined) throw new Error(`no value was given for ${name}`);
      return encoder ? encoder.mapToDriverValue(value) : value;
    });
}

/** How a value is read, or null: as it is. */
function readerOf(field: Column | SQL): ((value: unknown) => unknown) | null {
  if (is(field, Column)) {
    if (field.mapFromDriverValue === Column.prototype.mapFromDriverValue) return null;
    return (value) => field.mapFromDriverValue(value);
  }
  const { decoder } = field as unknown as { decoder: { mapFromDriverValue(value: unknown): unknown } };
  return (value) => decoder.mapFromDriverValue(value);
}

/**
 * Runs a query by SQLite's driver itself, where its rows are flat: on the way through drizzle each promise costs as much as a small query, and
 * each row is mapped by what is found out of its columns again.
 * @returns null where that can't be done
 */
function makeDirect({ stmt, fields, customResultMapper }: Query<unknown>): ((params: unknown[]) => unknown) | null {
  const isFlat = ({ path, field }: { path: string[]; field: unknown }) =>
    path.length === 1 && (is(field, Column) || is(field, SQL));
  if (!stmt || customResultMapper || !(fields ?? []).every(isFlat)) return null;
  if (!fields) return stmt.reader ? null : (params) => stmt.run(...params);
  const columns = fields.map(({ path, field }) => ({ name: path[0] as string, read: readerOf(field) }));
  return (params) =>
    (stmt.raw().all(...params) as unknown[][]).map((values) => {
      const row: Record<string, unknown> = {};
      for (let at = 0; at < columns.length; at += 1) {
        const { name, read } = columns[at] as (typeof columns)[number];
        const value = values[at];
        row[name] = value === null || !read ? value : read(value);
      }
      return row;
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
  type Made = { query: Query<Result>; fill: ReturnType<typeof makeFill>; direct: ReturnType<typeof makeDirect> };
  const queries = new WeakMap<On, Made>();
  count += 1;
  const name = `q${count}`;
  return async (on, values) => {
    let made = queries.get(on);
    if (!made) {
      const query = (build(on) as unknown as { prepare(name: string): Query<Result> }).prepare(name);
      made = { query, fill: makeFill(query.query.params), direct: makeDirect(query) };
      queries.set(on, made);
    }
    const { query, fill, direct } = made;
    if (direct) return direct(fill(values)) as Result;
    // Taken up before anything else is done: all callers share them, so no promise may stand between.
    query.query.params = fill(values);
    const result = query.execute(values);
    return result.sync ? result.sync() : result;
  };
}

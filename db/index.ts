/**
 * The one way to the database: `open(url)` gives `read` for queries and `write` for everything that changes a row.
 * Rules 3 and 4 of docs/architecture.md: only drizzle's query builder, always awaited, no `.get()`, `.all()`, `.run()`; what a
 * batch needs beyond it (`insertMany`, `isOneOf`) is written here, once for each database.
 */
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { Column, is, type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { BaseSQLiteDatabase, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { FaultState } from './fault.ts';
import { importPostgres, isPostgres } from './kind.ts';
import type { SharedCounts } from './shared-counts.ts';
import { openSqlite, openSqliteReadOnly, pathOf } from './sqlite.ts';
import { tables } from './tables.ts';

export { isAccepted, isOpen } from './outbox-states.ts';
export { allGiven, allGivenBut, atMost, given, prepared } from './prepared.ts';
export type { RefusedField } from './schema.city.sqlite.ts';
export type { FilingForm } from './schema.filings.sqlite.ts';
export type { VoucherSnapshot } from './schema.sqlite.ts';
export { indexesOf, indexOf, keyIds } from './seal.ts';
export type { Limit, SharedCounts } from './shared-counts.ts';
export { pathOf, tables };

/** Where what is too large for memory is laid aside, and what the disk's free space is asked of: beside the file, or the work folder. */
export const folderOf = (url: string): string => (isPostgres(url) ? tmpdir() : dirname(pathOf(url)));

/** The part of drizzle that SQLite and PostgreSQL share. */
export type Queries = Pick<BaseSQLiteDatabase<'async', unknown, typeof tables>, 'select' | '$count'>;
export type Transaction = Queries &
  Pick<BaseSQLiteDatabase<'async', unknown, typeof tables>, 'insert' | 'update' | 'delete'> & {
    insertMany: InsertMany;
    kept: Kept;
  };

/**
 * What writes of one transaction keep in memory, to write it once at its end instead of each: a write that throws leaves it as it
 * was before.
 */
export interface Kept {
  /** @returns undefined where nothing was kept yet in this transaction */
  get<T>(key: symbol): T | undefined;
  /** @param save called before the commit, with what was kept last */
  set<T>(key: symbol, value: T, save: (tx: Transaction, value: T) => Promise<void>): void;
}

export type Value = string | number | null;

/**
 * Inserts thousands of rows: drizzle would spend more time on each than SQLite does.
 * @param keys the columns, named as in the table's rows
 * @param rows their values in that order, as the driver takes them; those of sealed columns are sealed here
 * @returns the integer keys that the rows got, in their order
 */
export type InsertMany = <T extends SQLiteTable>(
  table: T,
  keys: readonly (keyof T['$inferInsert'] & string)[],
  rows: readonly (readonly Value[])[],
) => Promise<number[]>;

/**
 * Whether a column holds one of many values, all texts or all numbers: like drizzle's `inArray`, with one parameter however many they are.
 * PostgreSQL has the function from our migrations.
 * @param values or, of a column in a prepared query, what is {@link given} at each call: their JSON
 */
export function isOneOf(column: Column | SQL, values: readonly Value[]): SQL;
export function isOneOf(column: Column, values: Placeholder): SQL;
export function isOneOf(column: Column | SQL, values: readonly Value[] | Placeholder): SQL {
  const isColumn = is(column, Column);
  const list = Array.isArray(values) ? (values as readonly Value[]) : null;
  if (list?.length === 0 && !isColumn) return sql`false`;
  const areNumbers = isColumn ? column.dataType === 'number' : typeof list?.[0] === 'number';
  const value = areNumbers ? sql`cast(value as bigint)` : sql`value`;
  return sql`${column} in (select ${value} from json_each(cast(${list ? JSON.stringify(list) : values} as text)))`;
}

export interface WriteOptions {
  /** Lets everybody else go first: for work that nobody stands waiting for. */
  patient?: boolean;
  /** Waits some 20 ms for others that do, to share the commit with them: for what comes many at a time, and whose askers do not feel it. */
  gather?: boolean;
}

export interface Db {
  /** To be handed on to libraries that make their own queries; our own ask for nothing that one of the two has not. */
  dialect: 'sqlite' | 'pg';
  /** Queries outside any transaction. */
  read: Queries;
  /**
   * Runs `work` in one transaction and returns once it is on the disk; a throw leaves nothing behind. Writers stand in a queue,
   * so `work` holds rows only: never a network call, a file or a password hash. It may be called again, with all of what it did taken back:
   * where another in the same transaction throws, or another program got in its way.
   * @throws what `work` throws; `Error` when called inside another `write` (it would wait for itself); what the storage says
   *   (`faultOf`)
   */
  write<T>(work: (tx: Transaction) => Promise<T>, options?: WriteOptions): Promise<T>;
  /**
   * Reads, then writes what follows from it, as `write` does: for what may have changed in the moment between. Where readers are in nobody's way it
   * is read before the transaction; SQLite reads in it, as the connection that writes has in memory what others drop at each commit.
   */
  readThenWrite<S, T>(
    read: (queries: Queries) => Promise<S>,
    work: (tx: Transaction, seen: S) => Promise<T>,
  ): Promise<T>;
  /**
   * Returns in a later turn of the event loop, in which no write is under way that is neither `patient` nor gathers: whoever waits for one is
   * answered before what this keeps back is begun. At `deadline` (by `performance.now`) it returns all the same.
   */
  lull(deadline: number): Promise<void>;
  /** Writes a number that nobody reads, and waits for the disk: whether it can be done. @throws what the storage says */
  prove(): Promise<void>;
  /** What all processes on this database count together, beside its transactions. */
  counts: SharedCounts;
  /** How the writer is. */
  status(): WriterStatus;
  /**
   * Before the first query: makes sure that the process's keys are the database's, and seals what lies in it unsealed.
   * @returns how many rows were sealed: all of a database of before the keys, else none
   * @throws KeysError
   */
  unlock(): Promise<{ sealed: number }>;
  /** Waits for the writer's queue, then closes. */
  close(): Promise<void>;
}

export interface WriterStatus {
  /** Writes that stand in the queue. */
  waiting: number;
  /** Milliseconds that the present one has taken until now; null: there is none. */
  workingMs: number | null;
  /** Null: nothing is known to be wrong. */
  fault: FaultState | null;
}

export interface OpenOptions {
  /** Milliseconds from the call of `write` on for which it waits for another process that writes. */
  lockPatience?: number;
  /** With SQLite, which keeps them in no table: where several processes have theirs. In this process's memory if left out. */
  counts?: SharedCounts;
  /** With SQLite, where several processes write: waits for this one's turn, which ends when the result is called. */
  turn?: () => Promise<() => void>;
  /** Told how long the first write of a commit stood in the queue, and how long the disk took; milliseconds. */
  watch?: { waited(ms: number): void; synced(ms: number): void };
}

/**
 * Opens a database, makes its folder and brings its tables up to date.
 * @param url `file:PATH` (SQLite; relative to the working directory) or `postgres://…`
 * @throws Error on another kind of address, or a file that is no database
 */
export async function open(url: string, options: OpenOptions = {}): Promise<Db> {
  if (isPostgres(url)) return (await importPostgres()).openPostgres(url, options);
  return openSqlite(url, options);
}

/**
 * Opens a database to look at only, as it is: nothing is made, migrated or written. Others may have it open.
 * @throws Error where there is none
 */
export async function openReadOnly(url: string): Promise<Pick<Db, 'read' | 'close'>> {
  if (isPostgres(url)) return (await importPostgres()).openPostgresReadOnly(url);
  return openSqliteReadOnly(url);
}

/**
 * The one way to the database: `open(url)` gives `read` for queries and `write` for everything that changes a row.
 * Rules 3 and 4 of docs/architecture.md: only drizzle's query builder, always awaited, no `.get()`, `.all()`, `.run()`; what a
 * batch needs beyond it (`insertMany`, `isOneOf`) is written here, once for each database.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { type Column, getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import type { BaseSQLiteDatabase, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { LRUCache } from 'lru-cache';
import { makeDurable } from './durable.ts';
import { isSealed } from './sealed-columns.ts';
import { tables } from './tables.ts';
import { unlock } from './unlock.ts';

export type { RefusedField } from './schema.city.sqlite.ts';
export type { FilingForm } from './schema.filings.sqlite.ts';
export type { VoucherSnapshot } from './schema.sqlite.ts';
export { indexesOf, indexOf } from './seal.ts';
export { tables };

/** The part of drizzle that SQLite and PostgreSQL share. */
export type Queries = Pick<BaseSQLiteDatabase<'async', unknown, typeof tables>, 'select' | '$count'>;
export type Transaction = Queries &
  Pick<BaseSQLiteDatabase<'async', unknown, typeof tables>, 'insert' | 'update' | 'delete'> & {
    insertMany: InsertMany;
  };

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

/** Whether a column holds one of many values: like drizzle's `inArray`, with one parameter however many they are. */
export const isOneOf = (column: Column | SQL, values: readonly Value[]): SQL =>
  sql`${column} in (select value from json_each(${JSON.stringify(values)}))`;

export interface Db {
  /** Queries outside any transaction. */
  read: Queries;
  /**
   * Runs `work` in one transaction and returns once it is on the disk; a throw leaves nothing behind. Writers stand in a queue,
   * so `work` holds rows only: never a network call, a file or a password hash.
   * @param options.patient lets everybody else go first: for work that nobody stands waiting for
   * @throws what `work` throws; `Error` when called inside another `write` (it would wait for itself).
   */
  write<T>(work: (tx: Transaction) => Promise<T>, options?: { patient?: boolean }): Promise<T>;
  /**
   * Before the first query: makes sure that the process's keys are the database's, and seals what lies in it unsealed.
   * @returns how many rows were sealed: all of a database of before the keys, else none
   * @throws KeysError
   */
  unlock(): { sealed: number };
  /** Waits for the writer's queue, then closes. */
  close(): Promise<void>;
}

/** KiB. A large batch changes that much of the indexes before it commits. */
const WRITER_CACHE = 160 * 1024;
/** Milliseconds between two looks at the write-ahead log. */
const CHECKPOINT_INTERVAL = 1000;
/** Of one connection. */
const STATEMENTS = 500;
/** Pages of the write-ahead log at which a commit does the checkpoint itself, should the thread not keep up. */
const LOG_LIMIT = 100_000;
const MIGRATIONS = fileURLToPath(new URL('./migrations/sqlite', import.meta.url));

/**
 * Opens a database, makes its folder and brings its tables up to date.
 * @param url `file:PATH` (SQLite; relative to the working directory)
 * @throws Error on another kind of address, or a file that is no database
 */
export function open(url: string): Db {
  const path = pathOf(url);
  mkdirSync(dirname(path), { recursive: true });

  const writer = connect(path);
  const isNew = writer.pragma('page_count', { simple: true }) === 0;
  try {
    // A migration that makes a table anew drops the old one: foreign keys hold only then (better-sqlite3 begins with ON).
    writer.pragma('foreign_keys = OFF');
    migrate(drizzle(writer), { migrationsFolder: MIGRATIONS });
    writer.pragma('foreign_keys = ON');
  } catch (error) {
    writer.close();
    throw error;
  }
  const reader = connect(path, { readonly: true });
  // There from the first query on.
  const wal = makeDurable(`${path}-wal`);

  // drizzle over better-sqlite3 is synchronous and awaitable; this is the one cast to the dialects' common, async part.
  const read = drizzle(reader, { schema: tables }) as unknown as Queries;
  const insertMany = insertManyInto(writer);
  const tx = Object.assign(drizzle(writer, { schema: tables }), { insertMany }) as unknown as Transaction;

  const checkpoints = startCheckpoints(path);
  const inside = new AsyncLocalStorage<true>();
  const waiting: { first: (() => Promise<void>)[]; patient: (() => Promise<void>)[] } = { first: [], patient: [] };
  let working: Promise<void> | undefined;

  // drizzle's transaction(async …) over better-sqlite3 commits before the work is done, so BEGIN and COMMIT are said here.
  async function run<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    wal.check();
    writer.exec('BEGIN IMMEDIATE');
    try {
      const result = await inside.run(true, () => work(tx));
      writer.exec('COMMIT');
      return result;
    } catch (error) {
      if (writer.inTransaction) writer.exec('ROLLBACK');
      throw error;
    }
  }

  async function workThrough() {
    for (let next = takeNext(); next; next = takeNext()) await next();
    working = undefined;
  }
  const takeNext = () => waiting.first.shift() ?? waiting.patient.shift();

  return {
    read,
    write<T>(work: (tx: Transaction) => Promise<T>, { patient = false } = {}) {
      if (inside.getStore()) return Promise.reject(new Error('db.write inside db.write: pass the transaction on'));
      return new Promise<T>((resolve, reject) => {
        // The next one does not wait for this one's disk.
        const take = () => run(work).then((result) => void wal.durable().then(() => resolve(result), reject), reject);
        (patient ? waiting.patient : waiting.first).push(take);
        // A turn later, so that whoever comes in the same one may still go first.
        working ??= Promise.resolve().then(workThrough);
      });
    },
    unlock: () => unlock(writer, isNew),
    async close() {
      await working;
      await wal.close();
      await checkpoints.stop();
      reader.close();
      writer.close();
    },
  };
}

/**
 * Opens a database to look at only, as it is: nothing is made, migrated or written. Others may have it open.
 * @throws Error where there is none
 */
export function openReadOnly(url: string): Pick<Db, 'read' | 'close'> {
  const reader = connect(pathOf(url), { readonly: true, fileMustExist: true });
  return {
    read: drizzle(reader, { schema: tables }) as unknown as Queries,
    close: async () => void reader.close(),
  };
}

/** The file of an address. @throws Error on another kind of address */
export function pathOf(url: string): string {
  if (!url.startsWith('file:')) throw new Error('DATABASE_URL must begin with file:');
  return resolve(url.slice('file:'.length));
}

/** Checkpoints in a thread of their own: after a large batch one takes a second, and nurses would wait. */
function startCheckpoints(path: string) {
  let thread: { worker: Worker; gone: Promise<unknown> } | undefined;
  // Programs that end sooner need none.
  const start = setTimeout(() => {
    const worker = new Worker(new URL('./checkpoint.js', import.meta.url), {
      workerData: { path, interval: CHECKPOINT_INTERVAL },
      execArgv: [],
    });
    thread = { worker, gone: new Promise((resolve) => worker.once('exit', resolve)) };
    // Without it the log grows to its limit, and commits do the checkpoints: slower, nothing is lost.
    worker.on('error', () => {});
    worker.unref();
  }, CHECKPOINT_INTERVAL).unref();
  return {
    async stop() {
      clearTimeout(start);
      thread?.worker.ref();
      thread?.worker.postMessage('stop');
      await thread?.gone;
    },
  };
}

function insertManyInto(connection: Database.Database): InsertMany {
  return async (table, keys, rows) => {
    const columns = getTableColumns(table);
    const names = keys.map((key) => `"${columns[key]?.name}"`);
    const statement = connection.prepare(
      `insert into "${getTableName(table)}" (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
    );
    const sealers = keys.map((key) => {
      const column = columns[key];
      return column && isSealed(column) ? (value: Value) => column.mapToDriverValue(value) as Value : null;
    });
    const sealed = (row: readonly Value[]) =>
      row.map((value, at) => (value === null ? null : (sealers[at]?.(value) ?? value)));
    const kept = sealers.some((sealer) => sealer !== null) ? sealed : (row: readonly Value[]) => row;
    return rows.map((row) => Number(statement.run(kept(row)).lastInsertRowid));
  };
}

function connect(path: string, options: Database.Options = {}) {
  const connection = new Database(path, options);
  // Longer than a batch of 100 000 records: an operator's command waits behind it.
  connection.pragma('busy_timeout = 20000');
  keepStatements(connection);
  if (!options.readonly) {
    connection.pragma('journal_mode = WAL');
    connection.pragma(`cache_size = -${WRITER_CACHE}`);
    // What was answered survives a power cut: `write` waits for the disk itself (makeDurable), and lets others work meanwhile.
    connection.pragma('synchronous = NORMAL');
    connection.pragma(`wal_autocheckpoint = ${LOG_LIMIT}`);
  }
  return connection;
}

/** Each text is compiled once: drizzle asks for its statement anew at each query. */
export function keepStatements(connection: Database.Database) {
  const kept = new LRUCache<string, Database.Statement>({ max: STATEMENTS });
  const prepare = connection.prepare.bind(connection);
  connection.prepare = ((text: string) => {
    const there = kept.get(text);
    // As it is when new: drizzle may have asked for bare rows.
    if (there) return there.reader ? there.raw(false) : there;
    const made = prepare(text);
    kept.set(text, made);
    return made;
  }) as typeof connection.prepare;
}

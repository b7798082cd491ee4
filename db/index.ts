/**
 * The one way to the database: `open(url)` gives `read` for queries and `write` for everything that changes a row.
 * Rules 3 and 4 of docs/architecture.md: only drizzle's query builder, always awaited, no `.get()`, `.all()`, `.run()`; what a
 * batch needs beyond it (`insertMany`, `isOneOf`) is written here, once for each database.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type Database from 'better-sqlite3';
import { type Column, getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import type { BaseSQLiteDatabase, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { connect, LOCK_PATIENCE, startCheckpoints } from './connection.ts';
import { makeDurable, syncFile } from './durable.ts';
import { type FaultState, faultOf, makeFaults } from './fault.ts';
import { isSealed } from './sealed-columns.ts';
import { tables } from './tables.ts';
import { unlock } from './unlock.ts';
import { refuseNewer } from './version.ts';

export type { RefusedField } from './schema.city.sqlite.ts';
export type { FilingForm } from './schema.filings.sqlite.ts';
export type { VoucherSnapshot } from './schema.sqlite.ts';
export { indexesOf, indexOf, keyIds } from './seal.ts';
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
   * @throws what `work` throws; `Error` when called inside another `write` (it would wait for itself); what the storage says
   *   (`faultOf`)
   */
  write<T>(work: (tx: Transaction) => Promise<T>, options?: { patient?: boolean }): Promise<T>;
  /** Writes a number that nobody reads, and waits for the disk: whether it can be done. @throws what the storage says */
  prove(): Promise<void>;
  /** How the writer is. */
  status(): WriterStatus;
  /**
   * Before the first query: makes sure that the process's keys are the database's, and seals what lies in it unsealed.
   * @returns how many rows were sealed: all of a database of before the keys, else none
   * @throws KeysError
   */
  unlock(): { sealed: number };
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
  /** Told how long a write stood in the queue, and how long the disk took; milliseconds. */
  watch?: { waited(ms: number): void; synced(ms: number): void };
}

/** Of a reader, which waits for nothing but a log that is just being recovered: the process stands still meanwhile. */
const READER_PATIENCE = 1000;
/** Milliseconds between two looks whether the other process is done. */
const LOCK_LOOK = 20;
const MIGRATIONS = fileURLToPath(new URL('./migrations/sqlite', import.meta.url));

/**
 * Opens a database, makes its folder and brings its tables up to date.
 * @param url `file:PATH` (SQLite; relative to the working directory)
 * @throws Error on another kind of address, or a file that is no database
 */
export function open(url: string, { lockPatience = LOCK_PATIENCE, watch }: OpenOptions = {}): Db {
  const path = pathOf(url);
  mkdirSync(dirname(path), { recursive: true });

  const faults = makeFaults();
  const writer = connect(path, {}, faults);
  const isNew = writer.pragma('page_count', { simple: true }) === 0;
  try {
    refuseNewer(writer, MIGRATIONS);
    // A migration that makes a table anew drops the old one: foreign keys hold only then (better-sqlite3 begins with ON).
    writer.pragma('foreign_keys = OFF');
    migrate(drizzle(writer), { migrationsFolder: MIGRATIONS });
    writer.pragma('foreign_keys = ON');
    // From here on it waits without holding up the process: see `begin`.
    writer.pragma('busy_timeout = 0');
  } catch (error) {
    writer.close();
    throw error;
  }
  const reader = connect(path, { readonly: true }, faults);
  reader.pragma(`busy_timeout = ${READER_PATIENCE}`);
  // There from the first query on.
  const wal = makeDurable(`${path}-wal`, async (file) => {
    const started = performance.now();
    await syncFile(file);
    watch?.synced(performance.now() - started);
  });

  // drizzle over better-sqlite3 is synchronous and awaitable; this is the one cast to the dialects' common, async part.
  const read = drizzle(reader, { schema: tables }) as unknown as Queries;
  const insertMany = insertManyInto(writer);
  const tx = Object.assign(drizzle(writer, { schema: tables }), { insertMany }) as unknown as Transaction;

  const checkpoints = startCheckpoints(path);
  const inside = new AsyncLocalStorage<true>();
  const waiting: { first: (() => Promise<void>)[]; patient: (() => Promise<void>)[] } = { first: [], patient: [] };
  let working: Promise<void> | undefined;
  let begun: number | null = null;

  /** Blocks nobody who only reads while another process writes. */
  async function begin(deadline: number) {
    for (;;) {
      try {
        return void writer.exec('BEGIN IMMEDIATE');
      } catch (error) {
        if (faultOf(error) !== 'busy' || performance.now() >= deadline) throw error;
        await pause(LOCK_LOOK);
      }
    }
  }

  // drizzle's transaction(async …) over better-sqlite3 commits before the work is done, so BEGIN and COMMIT are said here.
  async function run<T>(work: (tx: Transaction) => Promise<T>, asked: number): Promise<T> {
    watch?.waited(performance.now() - asked);
    try {
      faults.check();
      wal.check();
      await begin(asked + lockPatience);
      begun = performance.now();
      const result = await inside.run(true, () => work(tx));
      writer.exec('COMMIT');
      return result;
    } catch (error) {
      faults.note(error);
      if (writer.inTransaction) writer.exec('ROLLBACK');
      throw error;
    } finally {
      begun = null;
    }
  }

  async function settle() {
    try {
      await wal.durable();
      faults.passed();
    } catch (error) {
      faults.note(error);
      throw error;
    }
  }

  function enqueue<T>(work: (tx: Transaction) => Promise<T>, patient: boolean): Promise<T> {
    const asked = performance.now();
    return new Promise<T>((resolve, reject) => {
      // The next one does not wait for this one's disk.
      const take = () => run(work, asked).then((result) => void settle().then(() => resolve(result), reject), reject);
      (patient ? waiting.patient : waiting.first).push(take);
      // A turn later, so that whoever comes in the same one may still go first.
      working ??= Promise.resolve().then(workThrough);
    });
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
      return enqueue(work, patient);
    },
    prove: () =>
      enqueue(async () => {
        const number = Number(writer.pragma('user_version', { simple: true }));
        writer.pragma(`user_version = ${(number + 1) % 0x7fffffff}`);
      }, false),
    status: () => ({
      waiting: waiting.first.length + waiting.patient.length,
      workingMs: begun === null ? null : performance.now() - begun,
      fault: faults.state(),
    }),
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

/** The file behind `file:PATH`. @throws Error on another kind of address */
export function pathOf(url: string): string {
  if (!url.startsWith('file:')) throw new Error('DATABASE_URL must begin with file:');
  return resolve(url.slice('file:'.length));
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

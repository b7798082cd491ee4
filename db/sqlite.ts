/** SQLite: one connection that writes, one that reads, one thread that checkpoints. */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type Database from 'better-sqlite3';
import { getTableColumns, getTableName } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { connect, LOCK_PATIENCE, startCheckpoints } from './connection.ts';
import { type Durable, makeDurable, syncFile } from './durable.ts';
import { type Faults, faultOf, makeFaults } from './fault.ts';
import type { Db, InsertMany, OpenOptions, Queries, Transaction, Value } from './index.ts';
import { isPostgres } from './kind.ts';
import { isSealed } from './sealed-columns.ts';
import { makeSharedCounts } from './shared-counts.ts';
import type { Sql } from './sql.ts';
import { makeSqliteSql } from './sqlite-sql.ts';
import { tables } from './tables.ts';
import { unlock } from './unlock.ts';
import { isLast, refuseNewer, refuseNewerThan } from './version.ts';
import { makeWriteQueue, type Writer } from './write-queue.ts';

/** Of a reader, which waits for nothing but a log that is just being recovered: the process stands still meanwhile. */
const READER_PATIENCE = 1000;
/** Milliseconds between two looks whether the other writer is done: a checkpoint is in one or two, a batch of a command beside the server is not. */
const LOCK_LOOK = { first: 1, longest: 20 };
/** Of a group: readers of this process wait meanwhile. */
const GROUP_MS = 8;
/** For which a turn is waited for at least. */
const TURN_MS = 8000;
type Statement = Database.Statement<[]>;

const MIGRATIONS = fileURLToPath(new URL('./migrations/sqlite', import.meta.url));

/** `open` of index.ts, for `file:PATH`. */
export function openSqlite(
  url: string,
  { lockPatience = LOCK_PATIENCE, watch, counts = countsInMemory(), turn }: OpenOptions = {},
): Db {
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
    // From here on it waits without holding up the process: see the queue's `begin`.
    writer.pragma('busy_timeout = 0');
    // What a savepoint would bring back: else a file is made for it.
    writer.pragma('temp_store = MEMORY');
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
  const queue = makeWriteQueue({ writer: makeWriter(writer, tx, wal, faults, turn), faults, lockPatience, watch });

  return {
    dialect: 'sqlite',
    read,
    write: queue.add,
    readThenWrite: (look, work) => queue.add(async (tx) => work(tx, await look(tx))),
    lull: queue.lull,
    prove: () =>
      queue.add(async () => {
        const number = Number(writer.pragma('user_version', { simple: true }));
        writer.pragma(`user_version = ${(number + 1) % 0x7fffffff}`);
      }),
    counts,
    status: () => ({ ...queue.status(), fault: faults.state() }),
    unlock: () => unlock(makeSqliteSql(writer), { isNew, rewrite: () => rewrite(writer) }),
    async close() {
      await queue.idle();
      await wal.close();
      await checkpoints.stop();
      reader.close();
      writer.close();
    },
  };
}

export const countsInMemory = () => makeSharedCounts((options) => new RateLimiterMemory(options));

/** `openReadOnly` of index.ts, for `file:PATH`. */
export function openSqliteReadOnly(url: string): Pick<Db, 'read' | 'close'> {
  const reader = connect(pathOf(url), { readonly: true, fileMustExist: true });
  return {
    read: drizzle(reader, { schema: tables }) as unknown as Queries,
    close: async () => void reader.close(),
  };
}

/** The file anew, so that nothing that was overwritten lies in its gaps or in the log. @throws Error when another program keeps the old log */
function rewrite(connection: Database.Database): void {
  // It makes a copy of everything, which memory may not hold.
  connection.pragma('temp_store = FILE');
  connection.exec('VACUUM');
  connection.pragma('temp_store = MEMORY');
  const [checkpoint] = connection.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  if (checkpoint?.busy) throw new Error('another program has the database open: end it, and start again');
}

/** @throws Error on tables that this program's migrations have not brought up to date, or on newer ones */
export async function assertCurrent(sql: Sql): Promise<void> {
  const [row] = await sql.all<{ last: number | null }>('SELECT max(created_at) AS last FROM __drizzle_migrations');
  refuseNewerThan(row?.last ?? null, MIGRATIONS);
  if (isLast(row?.last ?? null, MIGRATIONS)) return;
  throw new Error('the SQLite file is of an earlier version: start the console on it once');
}

/** The file behind `file:PATH`. @throws Error on another kind of address */
export function pathOf(url: string): string {
  if (isPostgres(url)) {
    throw new Error('this is for SQLite: PostgreSQL has pg_dump and pgBackRest of its own, see docs/operations.md');
  }
  if (!url.startsWith('file:')) throw new Error('DATABASE_URL must begin with file:');
  return resolve(url.slice('file:'.length));
}

/** drizzle's transaction(async …) over better-sqlite3 commits before the work is done, so BEGIN and COMMIT are said here. */
function makeWriter(
  connection: Database.Database,
  tx: Transaction,
  wal: Durable,
  faults: Faults,
  takeTurn: OpenOptions['turn'],
): Writer {
  let endOfTurn = () => {};
  const endTurn = () => {
    const end = endOfTurn;
    endOfTurn = () => {};
    end();
  };
  // Compiled once.
  const [save, release, undo] = ['SAVEPOINT one', 'RELEASE one', 'ROLLBACK TO one'].map((words) =>
    connection.prepare(words),
  ) as [Statement, Statement, Statement];
  return {
    tx,
    groupMs: GROUP_MS,
    check() {
      faults.check();
      wal.check();
    },
    /** Blocks nobody who only reads while another process writes. */
    async begin(deadline) {
      // Whoever stood in this process's queue for long has its turn all the same.
      if (takeTurn) endOfTurn = await within(Math.max(deadline, performance.now() + TURN_MS), takeTurn());
      for (let look = LOCK_LOOK.first; ; look = Math.min(2 * look, LOCK_LOOK.longest)) {
        try {
          return void connection.exec('BEGIN IMMEDIATE');
        } catch (error) {
          if (faultOf(error) !== 'busy' || performance.now() >= deadline) {
            endTurn();
            throw error;
          }
          await pause(look);
        }
      }
    },
    savepoint: async () => void save.run(),
    release: async () => void release.run(),
    isWhole: () => connection.inTransaction,
    async takeBack() {
      // SQLite ends the transaction itself when the disk is full, say.
      if (!connection.inTransaction) return false;
      undo.run();
      release.run();
      return true;
    },
    async commit() {
      connection.exec('COMMIT');
      endTurn();
    },
    async rollback() {
      try {
        if (connection.inTransaction) connection.exec('ROLLBACK');
      } finally {
        endTurn();
      }
    },
    busy: () => wal.busy(),
    settle: () => wal.durable(),
    // There is one writer: nobody stands in its way.
    isPassing: () => false,
  };
}

/** @throws Error like SQLite's own, after the deadline: the turn is given on then, when it comes */
function within(deadline: number, turn: Promise<() => void>): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => {
        reject(Object.assign(new Error('another process writes'), { code: 'SQLITE_BUSY' }));
        turn.then((end) => end()).catch(() => {});
      },
      Math.max(0, deadline - performance.now()),
    );
    turn.then(resolve, reject).finally(() => clearTimeout(late));
  });
}

function insertManyInto(connection: Database.Database): InsertMany {
  type Seal = (row: readonly Value[]) => readonly Value[];
  type Made = { table: SQLiteTable; statement: Database.Statement; seal: Seal | null };
  // By the list of keys itself: each scan gives the same one.
  const all = new WeakMap<readonly string[], Made>();
  function make(table: SQLiteTable, keys: readonly string[]): Made {
    const columns = keys.map((key) => getTableColumns(table)[key] as SQLiteColumn);
    const names = columns.map(({ name }) => `"${name}"`);
    const statement = connection.prepare(
      `insert into "${getTableName(table)}" (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
    );
    const sealers = columns.map((column) =>
      isSealed(column) ? (value: Value) => column.mapToDriverValue(value) as Value : null,
    );
    const seal = (row: readonly Value[]) =>
      row.map((value, at) => (value === null ? null : (sealers[at]?.(value) ?? value)));
    return { table, statement, seal: sealers.some((sealer) => sealer !== null) ? seal : null };
  }
  return async (table, keys, rows) => {
    let made = all.get(keys);
    if (made?.table !== table) {
      made = make(table, keys);
      all.set(keys, made);
    }
    const { statement, seal } = made;
    return rows.map((row) => Number(statement.run(seal ? seal(row) : row).lastInsertRowid));
  };
}

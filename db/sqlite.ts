/** SQLite: one connection that writes, one that reads, one thread that checkpoints. */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Database from 'better-sqlite3';
import { getTableColumns, getTableName } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { connect, LOCK_PATIENCE, startCheckpoints } from './connection.ts';
import { makeDurable, syncFile } from './durable.ts';
import { makeFaults } from './fault.ts';
import type { Db, InsertMany, OpenOptions, Queries, Transaction, Value } from './index.ts';
import { makeKept } from './kept.ts';
import { isSealed } from './sealed-columns.ts';
import { tables } from './tables.ts';
import { unlock } from './unlock.ts';
import { refuseNewer } from './version.ts';
import { makeWriteQueue } from './write-queue.ts';

/** Of a reader, which waits for nothing but a log that is just being recovered: the process stands still meanwhile. */
const READER_PATIENCE = 1000;
const MIGRATIONS = fileURLToPath(new URL('./migrations/sqlite', import.meta.url));

/** `open` of index.ts, for `file:PATH`. */
export function openSqlite(url: string, { lockPatience = LOCK_PATIENCE, watch }: OpenOptions = {}): Db {
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
  const memory = makeKept();
  const parts = { insertMany, kept: memory.kept };
  const tx = Object.assign(drizzle(writer, { schema: tables }), parts) as unknown as Transaction;
  const checkpoints = startCheckpoints(path);
  const queue = makeWriteQueue({ writer, tx, memory, wal, faults, lockPatience, watch });

  return {
    read,
    write: (work, { patient = false } = {}) => queue.add(work, patient),
    prove: () =>
      queue.add(async () => {
        const number = Number(writer.pragma('user_version', { simple: true }));
        writer.pragma(`user_version = ${(number + 1) % 0x7fffffff}`);
      }, false),
    status: () => ({ ...queue.status(), fault: faults.state() }),
    unlock: async () => unlock(writer, isNew),
    async close() {
      await queue.idle();
      await wal.close();
      await checkpoints.stop();
      reader.close();
      writer.close();
    },
  };
}

/** `openReadOnly` of index.ts, for `file:PATH`. */
export function openSqliteReadOnly(url: string): Pick<Db, 'read' | 'close'> {
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

/** For tests: a storage that fails, in this process. */
import Database from 'better-sqlite3';
import pg from 'pg';
import type { Fault } from './fault.ts';
import type { Db, Transaction } from './index.ts';
import { onPostgres } from './test-database.ts';

const CODES = {
  full: ['SQLITE_FULL', '53100'],
  readonly: ['SQLITE_READONLY', '25006'],
  failed: ['SQLITE_IOERR_WRITE', '58030'],
} satisfies Partial<Record<Fault, [string, string]>>;

/** Every COMMIT ends with a fault. @returns how to end that */
export function failCommits(fault: keyof typeof CODES): () => void {
  const [ofSqlite, ofPostgres] = CODES[fault];
  if (onPostgres) {
    const { query } = pg.Client.prototype;
    const ask = query as (this: pg.Client, ...asked: unknown[]) => Promise<unknown>;
    const failing = async function (this: pg.Client, ...asked: unknown[]) {
      if ((asked[0] as { text?: string }).text !== 'COMMIT') return ask.apply(this, asked);
      await ask.call(this, 'ROLLBACK');
      throw Object.assign(new pg.DatabaseError('simulated', 0, 'error'), { code: ofPostgres });
    };
    Object.assign(pg.Client.prototype, { query: failing });
    return () => Object.assign(pg.Client.prototype, { query });
  }
  const { exec } = Database.prototype;
  Database.prototype.exec = function (this: Database.Database, text: string) {
    if (text === 'COMMIT') throw new Database.SqliteError('simulated', ofSqlite);
    return exec.call(this, text);
  };
  return () => Object.assign(Database.prototype, { exec });
}

/** The same database, but all that writes goes by this. */
export const writingBy = (db: Db, write: Db['write']): Db => ({
  ...db,
  write,
  readThenWrite: (look, work) => write(async (tx) => work(tx, await look(tx))),
});

const CHANGES = ['insert', 'update', 'delete', 'insertMany'];

/** The same database, but the power fails at the n-th statement of each transaction that changes a row. */
export function failingAt(db: Db, n: number): Db {
  return writingBy(db, (work) =>
    db.write((tx) => {
      let statements = 0;
      const counted = (each: Transaction): Transaction =>
        new Proxy(each, {
          get(target, name: keyof Transaction) {
            if (CHANGES.includes(name) && ++statements === n) throw new Error('power cut');
            if (name === 'kept') return keptBy(target, counted);
            const member = target[name];
            return typeof member === 'function' ? member.bind(target) : member;
          },
        });
      return work(counted(tx));
    }),
  );
}

/** What is written at a transaction's end is counted, too. */
const keptBy = ({ kept }: Transaction, counted: (tx: Transaction) => Transaction): Transaction['kept'] => ({
  get: kept.get,
  set: (key, value, save) => kept.set(key, value, (tx, last) => save(counted(tx), last)),
});

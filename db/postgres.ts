/** PostgreSQL: one connection that writes, a pool that reads (docs/decisions/016). */
import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { RateLimiterMemory, RateLimiterPostgres } from 'rate-limiter-flexible';
import { postgresTypeOf } from './column-types.ts';
import { type Faults, makeFaults } from './fault.ts';
import type { Db, InsertMany, OpenOptions, Queries, Transaction, Value } from './index.ts';
import { type Answer, type Held, isLost, makePool, type Pool, type Statement } from './postgres-connection.ts';
import { migrate } from './postgres-migrate.ts';
import { makeQueries } from './postgres-session.ts';
import { isSealed } from './sealed-columns.ts';
import { makeSharedCounts } from './shared-counts.ts';
import type { Sql } from './sql.ts';
import { unlock } from './unlock.ts';
import { makeWriteQueue, type Writer } from './write-queue.ts';

/** Connections that read. */
const READERS = 10;
/** Connections for what is counted beside all transactions. */
const COUNTERS = 2;
/** Milliseconds that a write of another process is waited for. */
const LOCK_PATIENCE = 20_000;
/** Of a group. Nobody who reads waits meanwhile. */
const GROUP_MS = 15;
/** Of one insertion. */
const ROWS = 1000;
/** The lock that whoever writes holds until its commit: the house is written for one writer at a time. */
const WRITERS = 7_230_150;
/** A word in the log and in no table: its COMMIT waits for the disk, as that of an empty transaction does not. */
const PROOF = "SELECT pg_logical_emit_message(true, 'vaccination-console', '')";
/** Milliseconds between two statements after which the server gives up a writer: its machine may be gone, and all others wait. */
const SILENCE = 30_000;
/** serialization_failure, deadlock_detected: by programs that are not ours. */
const PASSING = ['40001', '40P01'];

/** `open` of index.ts, for `postgres://…`. */
export async function openPostgres(
  url: string,
  { lockPatience = LOCK_PATIENCE, watch }: OpenOptions = {},
): Promise<Db> {
  const faults = makeFaults();
  // Another node's migration may take its time.
  const own = makePool(url, 1, { answerMs: 0 });
  try {
    const held = await own.hold();
    await migrate(held).finally(() => held.letGo());
  } finally {
    await own.close();
  }
  const readers = makePool(url, READERS);
  const writers = makePool(url, 1);
  const counters = makePool(url, COUNTERS);
  const writer = makeWriter(writers, faults, watch);
  const queue = makeWriteQueue({ writer, faults, lockPatience, watch });
  const read = makeQueries(noting(readers.ask, faults)) as unknown as Queries;
  return {
    dialect: 'pg',
    read,
    write: queue.add,
    async readThenWrite(look, work) {
      const seen = await look(read);
      return queue.add((tx) => work(tx, seen));
    },
    lull: queue.lull,
    prove: () => queue.add(async () => void (await writer.ask({ text: PROOF }))),
    status: () => ({ ...queue.status(), fault: faults.state() }),
    counts: makeCounts(counters.ask),
    // The tables are no older than the keys: there is nothing to be sealed.
    unlock: () => withSql(writers, (sql) => unlock(sql, { isNew: true })),
    async close() {
      await queue.idle();
      await Promise.all([readers, writers, counters].map((pool) => pool.close()));
    },
  };
}

/** All nodes count in one table; a node that can't reach it counts by itself. */
function makeCounts(ask: Pool['ask']) {
  const storeClient = { query: ({ text, values }: Statement) => ask({ text, ...(values && { values }) }) };
  const table = { storeClient, storeType: 'pool', tableName: 'shared_counts', tableCreated: true };
  return makeSharedCounts(
    (options) => new RateLimiterPostgres({ ...options, ...table, insuranceLimiter: new RateLimiterMemory(options) }),
  );
}

/** `openReadOnly` of index.ts, for `postgres://…`. */
export async function openPostgresReadOnly(url: string): Promise<Pick<Db, 'read' | 'close'>> {
  const pool = makePool(url, 2);
  return { read: makeQueries(pool.ask) as unknown as Queries, close: () => pool.close() };
}

/** `openSql` of sql.ts, for `postgres://…`. */
export async function openPostgresSql(url: string): Promise<Sql & { close(): Promise<void> }> {
  const pool = makePool(url, 1);
  const held = await pool.hold();
  return {
    ...makeSql(held),
    async close() {
      held.letGo();
      await pool.close();
    },
  };
}

async function withSql<T>(pool: Pool, work: (sql: Sql) => Promise<T>): Promise<T> {
  const held = await pool.hold();
  return work(makeSql(held)).finally(() => held.letGo());
}

function makeSql(held: Held): Sql {
  // Ours are written with question marks, of which no text of ours has another.
  const numbered = (text: string) => {
    let n = 0;
    return text.replace(/\?/g, () => `$${++n}`);
  };
  const ask = (text: string, values: readonly Value[] = []) => held.ask({ text: numbered(text), values });
  return {
    all: async (text, values) => (await ask(text, values)).rows as never,
    run: async (text, values) => (await ask(text, values)).rowCount ?? 0,
    async transaction(work) {
      await begin(held);
      try {
        const result = await work();
        await ask('COMMIT');
        return result;
      } catch (error) {
        await ask('ROLLBACK').catch(() => {});
        throw error;
      }
    },
    settle: async () => {},
  };
}

/** @param patience milliseconds for which others' locks are waited for; undefined: as long as it takes */
async function begin(held: Held, patience?: number): Promise<void> {
  const wait = patience === undefined ? '' : `SET LOCAL lock_timeout = ${Math.max(1, Math.ceil(patience))};`;
  // Whoever waits here sees afterwards what those before have committed: each statement looks anew (READ COMMITTED).
  const level = 'BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = on;';
  const silence = `SET LOCAL idle_in_transaction_session_timeout = ${SILENCE};`;
  await held.ask({ text: `${level} ${silence} ${wait} SELECT pg_advisory_xact_lock(${WRITERS})` });
}

/** Its connection is made when it is needed, and anew when it was lost. */
function makeWriter(pool: Pool, faults: Faults, watch: OpenOptions['watch']) {
  let held: Held | undefined;
  let lost = false;
  /** Whether a statement failed since the transaction or the savepoint began, and whether the savepoint is done with: one round trip says that and the next. */
  let [failed, released] = [false, false];
  const drop = (broken: boolean) => {
    held?.letGo(broken);
    held = undefined;
  };
  async function ask(statement: Statement): Promise<Answer> {
    if (!held) throw new Error('there is no transaction');
    try {
      return await held.ask(statement);
    } catch (error) {
      failed = true;
      if (isLost(error)) lost = true;
      throw error;
    }
  }
  const say = async (text: string) => void (await ask({ text }));
  const tx = Object.assign(makeQueries(ask), { insertMany: insertManyBy(ask) }) as unknown as Transaction;
  const writer: Writer = {
    tx,
    groupMs: GROUP_MS,
    check: () => faults.check(),
    async begin(deadline) {
      lost = false;
      [failed, released] = [false, false];
      held = await pool.hold();
      try {
        await begin(held, deadline - performance.now());
      } catch (error) {
        drop(true);
        throw error;
      }
    },
    async savepoint() {
      await say(released ? 'RELEASE one; SAVEPOINT one' : 'SAVEPOINT one');
      [failed, released] = [false, false];
    },
    async release() {
      released = true;
    },
    isWhole: () => !failed,
    async takeBack() {
      if (!held || lost) return false;
      await say('ROLLBACK TO one; RELEASE one');
      return true;
    },
    async commit() {
      const started = performance.now();
      const { command } = await ask({ text: 'COMMIT' });
      if (command !== 'COMMIT') throw new Error('the transaction was rolled back: a statement of it had failed');
      watch?.synced(performance.now() - started);
      drop(false);
    },
    async rollback() {
      if (!held) return;
      if (!lost) await say('ROLLBACK').catch(() => {});
      drop(lost);
    },
    busy: () => null,
    // COMMIT waits for the disk, and for standbys that it was told to wait for.
    settle: async () => {},
    isPassing: (error) => PASSING.includes((error as { code?: string }).code ?? ''),
  };
  return { ...writer, ask };
}

const noting =
  (ask: (statement: Statement) => Promise<Answer>, faults: Faults) =>
  async (statement: Statement): Promise<Answer> => {
    try {
      return await ask(statement);
    } catch (error) {
      faults.note(error);
      throw error;
    }
  };

function insertManyBy(ask: (statement: Statement) => Promise<Answer>): InsertMany {
  return async (table, keys, rows) => {
    const columns = keys.map((key) => getTableColumns(table)[key] as unknown as SQLiteColumn);
    const names = columns.map(({ name }) => `"${name}"`).join(', ');
    const lists = columns.map((column, n) => `$${n + 1}::${postgresTypeOf(column)}[]`).join(', ');
    const key = keyOf(table);
    const text = `insert into "${getTableName(table)}" (${names}) select * from unnest(${lists}) returning ${key}`;
    const made: number[] = [];
    for (let from = 0; from < rows.length; from += ROWS) {
      const some = rows.slice(from, from + ROWS);
      const values = columns.map((column, n) => some.map((row) => kept(column, row[n] ?? null)));
      const answer = await ask({ text, values, bare: true });
      for (const [made_] of answer.rows) made.push(made_);
    }
    return made;
  };
}

const kept = (column: SQLiteColumn, value: Value) =>
  value !== null && isSealed(column) ? (column.mapToDriverValue(value) as Value) : value;

/** The column whose values `insertMany` returns; a table without such has none to tell. */
function keyOf(table: SQLiteTable): string {
  const key = Object.values(getTableColumns(table)).find(
    (column) => column.primary && (column as SQLiteColumn).getSQLType() === 'integer',
  );
  return key ? `"${key.name}"` : '0';
}

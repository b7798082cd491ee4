/**
 * The queue of everything that writes to SQLite. Writes that stand in it together are committed together: each in a savepoint of its own,
 * so that a throw takes nobody along, and all of them with one COMMIT and one wait for the disk. That is what a commit costs: pages of the
 * log that all of them touch, and the disk.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { Durable } from './durable.ts';
import { type Faults, faultOf } from './fault.ts';
import type { OpenOptions, Transaction, WriterStatus } from './index.ts';
import type { makeKept } from './kept.ts';

/** Writes of one group at most, and milliseconds after which no further one is taken into it: readers of this process wait meanwhile. */
const GROUP = 64;
const GROUP_MS = 8;
/** Milliseconds between two looks whether the other process is done. */
const LOCK_LOOK = 20;

type Statement = Database.Statement<[]>;

interface Waiting {
  work: (tx: Transaction) => Promise<unknown>;
  asked: number;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

interface Parts {
  writer: Database.Database;
  tx: Transaction;
  memory: ReturnType<typeof makeKept>;
  wal: Durable;
  faults: Faults;
  lockPatience: number;
  watch: OpenOptions['watch'];
}

export function makeWriteQueue({ writer, tx, memory, wal, faults, lockPatience, watch }: Parts) {
  const inside = new AsyncLocalStorage<true>();
  const first: Waiting[] = [];
  const patient: Waiting[] = [];
  let working: Promise<void> | undefined;
  let begun: number | null = null;

  const [save, release, undo, commit] = ['SAVEPOINT one', 'RELEASE one', 'ROLLBACK TO one', 'COMMIT'].map((text) =>
    writer.prepare(text),
  ) as [Statement, Statement, Statement, Statement];

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

  /** One write of several: a throw takes back its own rows only. @throws what was thrown, where the whole transaction went with it */
  async function runOneOfMany({ work, reject }: Waiting): Promise<{ result: unknown } | null> {
    save.run();
    const takeBack = memory.mark();
    try {
      const result = await inside.run(true, () => work(tx));
      release.run();
      return { result };
    } catch (error) {
      // SQLite ends the transaction itself when the disk is full, say.
      if (!writer.inTransaction) throw error;
      faults.note(error);
      takeBack();
      undo.run();
      release.run();
      reject(error);
      return null;
    }
  }

  // drizzle's transaction(async …) over better-sqlite3 commits before the work is done, so BEGIN and COMMIT are said here.
  async function runGroup(opener: Waiting, alone: boolean) {
    /** Whose end hangs on the commit. */
    const open = [opener];
    const results: unknown[] = [];
    try {
      watch?.waited(performance.now() - opener.asked);
      faults.check();
      wal.check();
      await begin(opener.asked + lockPatience);
      begun = performance.now();
      if (alone) results.push(await inside.run(true, () => opener.work(tx)));
      else {
        for (
          let each: Waiting | undefined = opener;
          each;
          each = results.length < GROUP ? takeIfEarly(begun) : undefined
        ) {
          if (each !== opener) {
            watch?.waited(performance.now() - each.asked);
            open.push(each);
          }
          const ended = await runOneOfMany(each);
          if (ended) results.push(ended.result);
          else open.pop();
        }
      }
      await memory.save(tx);
      commit.run();
    } catch (error) {
      faults.note(error);
      if (writer.inTransaction) writer.exec('ROLLBACK');
      memory.forget();
      for (const { reject } of open) reject(error);
      return;
    } finally {
      begun = null;
    }
    // The next group does not wait for this one's disk.
    settle().then(
      () => open.forEach(({ resolve }, at) => void resolve(results[at])),
      (error) => open.forEach(({ reject }) => void reject(error)),
    );
  }

  const takeIfEarly = (since: number) => (performance.now() < since + GROUP_MS ? first.shift() : undefined);

  async function settle() {
    try {
      await wal.durable();
      faults.passed();
    } catch (error) {
      faults.note(error);
      throw error;
    }
  }

  async function workThrough() {
    for (;;) {
      // Whoever comes in the same turn goes along, or first.
      await nextTurn();
      // Answers wait for the disk in any case: those who come while it is busy go together.
      if (first.length > 0) await wal.idle();
      const hasty = first.shift();
      const opener = hasty ?? patient.shift();
      if (!opener) break;
      await runGroup(opener, !hasty || first.length === 0);
    }
    working = undefined;
  }

  return {
    add<T>(work: (tx: Transaction) => Promise<T>, isPatient: boolean): Promise<T> {
      if (inside.getStore()) return Promise.reject(new Error('db.write inside db.write: pass the transaction on'));
      return new Promise<T>((resolve, reject) => {
        const waiting = { work, asked: performance.now(), resolve: resolve as Waiting['resolve'], reject };
        (isPatient ? patient : first).push(waiting);
        working ??= workThrough();
      });
    },
    status: (): Omit<WriterStatus, 'fault'> => ({
      waiting: first.length + patient.length,
      workingMs: begun === null ? null : performance.now() - begun,
    }),
    /** Returns once nobody stands in the queue. */
    async idle(): Promise<void> {
      await working;
    },
  };
}

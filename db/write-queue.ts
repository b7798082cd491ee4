/**
 * The queue of everything that writes, for either database. Writes that stand in it together are committed together, with one COMMIT and one
 * wait for the disk. That is what a commit costs: pages of the log that all of them touch, and the disk. A throw takes nobody along: where
 * there is one, all of the group is taken back, and done once more with a savepoint for each. Those cost as much as a small write, and few throw.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { Faults } from './fault.ts';
import { makeHaste } from './haste.ts';
import type { OpenOptions, Transaction, WriteOptions, WriterStatus } from './index.ts';
import { makeKept } from './kept.ts';

/** Writes of one group at most. PostgreSQL remembers as many savepoints of a transaction before others' reads become dearer. */
const GROUP = 64;
/** Milliseconds for which a write that gathers waits for others. */
const GATHER_MS = 20;
/** Milliseconds, at most, for which it and who is patient wait then for the end of those that do neither. */
const COURTESY_MS = 50;
/** How often a write is begun at most that another program got in the way of, and milliseconds before the next time, on average. */
const TRIES = 4;
const RETRY_MS = 20;
const NODE = Number.parseInt(process.versions.node, 10);

/** What the queue asks of a database. Everything may throw what the storage says. */
export interface Writer {
  tx: Transaction;
  /** Milliseconds after which no further write is taken into a group. */
  groupMs: number;
  /** @throws StorageFault where nothing may be written any more */
  check(): void;
  /** Null, or what ends once a commit would be durable at once: until then it would only wait, and whoever comes goes along. */
  busy(): Promise<void> | null;
  /** Begins a transaction that nobody else's stands beside. @param deadline of waiting for others, by `performance.now` */
  begin(deadline: number): Promise<void>;
  savepoint(): Promise<void>;
  release(): Promise<void>;
  /** Whether no statement has failed since the transaction or the savepoint began, as far as that ends a transaction. */
  isWhole(): boolean;
  /** Takes back what was written since the savepoint. @returns false: the whole transaction is gone */
  takeBack(): Promise<boolean>;
  commit(): Promise<void>;
  /** Ends the transaction, if there still is one. */
  rollback(): Promise<void>;
  /** Returns once everything that was committed is on the disk. */
  settle(): Promise<void>;
  /** Whether the same write would do, once more: somebody else's stood in its way. */
  isPassing(error: unknown): boolean;
}

interface Waiting {
  work: (tx: Transaction) => Promise<unknown>;
  asked: number;
  /** Neither patient nor gathering. */
  isHasty: boolean;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

interface Parts {
  writer: Writer;
  faults: Faults;
  lockPatience: number;
  watch: OpenOptions['watch'];
}

export function makeWriteQueue({ writer, faults, lockPatience, watch }: Parts) {
  // Before Node 24 Node watches every promise for it, which costs a scan a tenth: there it is for tests, which come by every write.
  const inside = process.env.NODE_ENV !== 'production' || NODE >= 24 ? new AsyncLocalStorage<true>() : null;
  const memory = makeKept();
  Object.assign(writer.tx, { kept: memory.kept });
  const first: Waiting[] = [];
  const gathering: Waiting[] = [];
  /** Whose time to gather is over. */
  const gathered: Waiting[] = [];
  const patient: Waiting[] = [];
  let working: Promise<void> | undefined;
  let begun: number | null = null;
  let comes: (() => void) | undefined;
  const hasty = makeHaste();

  const call = ({ work }: Waiting): Promise<unknown> =>
    inside ? inside.run(true, () => work(writer.tx)) : work(writer.tx);

  /** With what it keeps for its end. @param takeBack what was written; it throws where there is nothing to go on with */
  async function run(each: Waiting, takeBack: (error: unknown) => Promise<void>): Promise<unknown> {
    for (let tries = 1; ; tries += 1) {
      try {
        const result = await call(each);
        assertWhole();
        await memory.save(writer.tx);
        return result;
      } catch (error) {
        if (tries === TRIES || !writer.isPassing(error)) throw error;
        await takeBack(error);
        await pause(Math.random() * 2 * RETRY_MS * tries);
      }
    }
  }

  /** Whoever catches what the storage says must not go on without a transaction. */
  function assertWhole(): void {
    if (!writer.isWhole()) throw new Error('a statement of the transaction had failed');
  }

  async function beginAgain(): Promise<void> {
    await writer.rollback();
    memory.forget();
    await writer.begin(performance.now() + lockPatience);
  }

  /** The only write of its transaction. */
  const runAlone = (opener: Waiting): Promise<unknown> => run(opener, beginAgain);

  function answer({ resolve, isHasty }: Waiting, result: unknown): void {
    resolve(result);
    if (isHasty) hasty.end();
  }
  function refuse({ reject, isHasty }: Waiting, error: unknown): void {
    reject(error);
    if (isHasty) hasty.end();
  }

  /**
   * Those of a group, and whoever comes meanwhile, one after the other.
   * @param open gets them; apart, whoever throws is told and taken out
   * @param until of taking more in, by `performance.now`
   * @param apart each in a savepoint
   * @throws the first throw of any that is not apart: what that wrote can't be told from what the others did
   */
  async function runAll(open: Waiting[], along: Waiting[], until: number, apart: boolean): Promise<unknown[]> {
    const results: unknown[] = [];
    for (;;) {
      let each = open[results.length];
      if (!each) {
        each = open.length < GROUP ? await takeNext(along, until) : undefined;
        if (!each) return results;
        open.push(each);
      }
      if (!apart) {
        results.push(await call(each));
        assertWhole();
        continue;
      }
      const ended = await runOneOfMany(each);
      if (ended) results.push(ended.result);
      else open.splice(results.length, 1);
    }
  }

  /** A group without a savepoint; where one throws, all of it once more, each in one of its own. @param open gets who goes along */
  async function runGroupOf(open: Waiting[], along: Waiting[], until: number): Promise<unknown[]> {
    try {
      const results = await runAll(open, along, until, false);
      await memory.save(writer.tx);
      return results;
    } catch {
      await beginAgain();
      return runAll(open, along, until, true);
    }
  }

  /** One write of several: a throw takes back its own rows only. @throws what was thrown, where the whole transaction went with it */
  async function runOneOfMany(each: Waiting): Promise<{ result: unknown } | null> {
    await writer.savepoint();
    try {
      const result = await run(each, async (error) => {
        if (!(await writer.takeBack())) throw error;
        memory.forget();
        await writer.savepoint();
      });
      await writer.release();
      return { result };
    } catch (error) {
      if (!(await writer.takeBack())) throw error;
      memory.forget();
      faults.note(error);
      refuse(each, error);
      return null;
    }
  }

  /** @param along go with it, where there are any */
  async function runGroup(opener: Waiting, alone: boolean, along: Waiting[]) {
    /** Whose end hangs on the commit. */
    const open = [opener];
    let results: unknown[] = [];
    try {
      watch?.waited(performance.now() - opener.asked);
      writer.check();
      await writer.begin(opener.asked + lockPatience);
      begun = performance.now();
      results = alone ? [await runAlone(opener)] : await runGroupOf(open, along, begun + writer.groupMs);
      await writer.commit();
    } catch (error) {
      faults.note(error);
      await writer.rollback();
      memory.forget();
      for (const each of open) refuse(each, error);
      return;
    } finally {
      begun = null;
    }
    // The next group does not wait for this one's disk.
    settle().then(
      () => open.forEach((each, at) => void answer(each, results[at])),
      (error) => open.forEach((each) => void refuse(each, error)),
    );
  }

  /** The next of a group; none where nobody stands in the queue and a commit need not wait. @param until by `performance.now` */
  async function takeNext(along: Waiting[], until: number): Promise<Waiting | undefined> {
    for (;;) {
      const left = until - performance.now();
      if (left <= 0) return undefined;
      const next = first.shift() ?? along.shift();
      if (next) return next;
      const busy = writer.busy();
      if (!busy) return undefined;
      await Promise.race([busy, nextArrival(), pause(left, undefined, { ref: false })]);
    }
  }

  const nextArrival = () =>
    new Promise<void>((resolve) => {
      comes = resolve;
    });

  async function settle() {
    try {
      await writer.settle();
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
      const urgent = first.shift();
      const others = gathered[0] ?? patient[0];
      // While somebody's answer waits for the disk, what would hold it up afterwards is not begun.
      const courtesy = others && hasty.isUnderWay() ? others.asked + GATHER_MS + COURTESY_MS - performance.now() : 0;
      if (!urgent && courtesy > 0) {
        await hasty.untilLull(courtesy, nextArrival());
        continue;
      }
      const sociable = urgent ? undefined : gathered.shift();
      const opener = urgent ?? sociable ?? patient.shift();
      if (!opener) break;
      const alone = urgent ? first.length === 0 && !writer.busy() : !sociable || gathered.length === 0;
      await runGroup(opener, alone, sociable ? gathered : []);
    }
    working = undefined;
  }

  function endGathering() {
    if (gathering.length === 0) return;
    gathered.push(...gathering.splice(0));
    working ??= workThrough();
  }

  return {
    add<T>(work: (tx: Transaction) => Promise<T>, { patient: isPatient, gather }: WriteOptions = {}): Promise<T> {
      if (inside?.getStore()) return Promise.reject(new Error('db.write inside db.write: pass the transaction on'));
      return new Promise<T>((resolve, reject) => {
        const isHasty = !gather && !isPatient;
        const waiting = { work, asked: performance.now(), isHasty, resolve: resolve as Waiting['resolve'], reject };
        if (gather) {
          if (gathering.push(waiting) === 1) setTimeout(endGathering, GATHER_MS);
          return;
        }
        if (isHasty) hasty.begin();
        (isHasty ? first : patient).push(waiting);
        comes?.();
        working ??= workThrough();
      });
    },
    lull: hasty.lull,
    status: (): Omit<WriterStatus, 'fault'> => ({
      waiting: first.length + gathering.length + gathered.length + patient.length,
      workingMs: begun === null ? null : performance.now() - begun,
    }),
    /** Returns once nobody stands in the queue. */
    async idle(): Promise<void> {
      endGathering();
      await working;
    },
  };
}

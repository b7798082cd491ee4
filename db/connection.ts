/** Connections to SQLite as this console wants them, and the thread that checkpoints. */
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import type { Faults } from './fault.ts';

/** Longer than a batch of 100 000 records: an operator's command waits behind it. */
export const LOCK_PATIENCE = 20_000;
/** KiB. A large batch changes that much of the indexes before it commits. */
const WRITER_CACHE = 160 * 1024;
/** Milliseconds between two looks at the write-ahead log. */
const CHECKPOINT_INTERVAL = 1000;
/** Of one connection. */
const STATEMENTS = 500;
/** Pages of the write-ahead log at which a commit does the checkpoint itself, should the thread not keep up. */
const LOG_LIMIT = 100_000;
/** @param faults told what the storage says */
export function connect(path: string, options: Database.Options = {}, faults?: Faults) {
  const connection = new Database(path, options);
  connection.pragma(`busy_timeout = ${LOCK_PATIENCE}`);
  keepStatements(connection, faults);
  if (!options.readonly) {
    connection.pragma('journal_mode = WAL');
    connection.pragma(`cache_size = -${WRITER_CACHE}`);
    // What was answered survives a power cut: `write` waits for the disk itself (makeDurable), and lets others work meanwhile.
    connection.pragma('synchronous = NORMAL');
    connection.pragma(`wal_autocheckpoint = ${LOG_LIMIT}`);
  }
  return connection;
}

/** Each text is compiled once: drizzle asks for its statement anew at each query. What the storage says to one is noted. */
export function keepStatements(connection: Database.Database, faults?: Faults) {
  const kept = new LRUCache<string, Database.Statement>({ max: STATEMENTS });
  function noting<Given extends unknown[], T>(work: (...given: Given) => T): (...given: Given) => T {
    return (...given) => {
      try {
        return work(...given);
      } catch (error) {
        faults?.note(error);
        throw error;
      }
    };
  }
  const compile = noting((text: string) => Database.prototype.prepare.call(connection, text));
  connection.prepare = ((text: string) => {
    const there = kept.get(text);
    // As it is when new: drizzle may have asked for bare rows.
    if (there) return there.reader ? there.raw(false) : there;
    const made = compile(text);
    for (const name of ['all', 'get', 'run'] as const) {
      made[name] = noting(made[name].bind(made) as (...parameters: unknown[]) => unknown) as never;
    }
    kept.set(text, made);
    return made;
  }) as typeof connection.prepare;
}

/** Checkpoints in a thread of their own: after a large batch one takes a second, and nurses would wait. */
export function startCheckpoints(path: string) {
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

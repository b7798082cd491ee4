import { closeSync, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { StorageFault } from './fault.ts';

/** fdatasync(2). */
export const syncFile: (file: number) => Promise<void> = promisify(fdatasync);

export interface Durable {
  /** Returns once everything that was committed until now is on the disk. @throws what the disk said, from then on each time */
  durable(): Promise<void>;
  /** @throws what the disk said, if it ever failed */
  check(): void;
  /** Null where a commit would be brought to the disk at once; else what ends with the disk's present turn. */
  busy(): Promise<void> | null;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/**
 * Brings SQLite's write-ahead log to the disk without holding up the process: whoever commits while the disk is busy waits for the next
 * turn, all of them together. After a power cut SQLite takes what is whole of the log, in order. SQLite keeps no locks on this file,
 * so it may be opened and closed beside it.
 *
 * A disk that failed once is not believed again: Linux may call pages clean that it could not write, and what is behind a hole in
 * the log is lost.
 * @param path the log; it must be there
 */
export function makeDurable(path: string, sync = syncFile): Durable {
  const file = openSync(path, 'r+');
  let running: Promise<void> = Promise.resolve();
  let isRunning = false;
  let next: Promise<void> | undefined;
  let broken: Error | undefined;
  const check = () => {
    if (broken) throw broken;
  };
  async function turn() {
    check();
    isRunning = true;
    try {
      await sync(file);
    } catch (error) {
      broken = new StorageFault('failed', 'the disk failed: nothing is written any more until a restart', {
        cause: error,
      });
      throw broken;
    } finally {
      isRunning = false;
    }
  }
  return {
    check,
    durable() {
      next ??= running
        .catch(() => {})
        .then(() => {
          next = undefined;
          running = turn();
          return running;
        });
      return next;
    },
    busy: () => (isRunning ? running.catch(() => {}) : null),
    async close() {
      await (next ?? running).catch(() => {});
      closeSync(file);
    },
  };
}

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

/** Waits for the disk at the same time: while one is at it, the next one's pages are on their way, and nobody has to start it when the first ends. */
const WAITS = 2;

/**
 * Brings SQLite's write-ahead log to the disk without holding up the process: whoever commits while the disk is busy waits for the next
 * turn, all of them together. After a power cut SQLite takes what is whole of the log, in order: a wait that began later ends when all
 * pages are written that were there when it began, also those that an earlier one is still at. SQLite keeps no locks on this file,
 * so it may be opened and closed beside it.
 *
 * A disk that failed once is not believed again: Linux may call pages clean that it could not write, and what is behind a hole in
 * the log is lost.
 * @param path the log; it must be there
 */
export function makeDurable(path: string, sync = syncFile): Durable {
  // Opened for each: of a page that it could not write Linux tells each opened file once, and so only one of those who wait by the same.
  const files = Array.from({ length: WAITS }, () => openSync(path, 'r+'));
  const idle = [...files];
  const underWay = new Set<Promise<void>>();
  let next: Promise<void> | undefined;
  let broken: Error | undefined;
  const check = () => {
    if (broken) throw broken;
  };
  const oneEnds = () => Promise.race(underWay);
  async function wait(file: number) {
    try {
      check();
      await sync(file);
      // What another was told may be about the same pages.
      check();
    } catch (error) {
      broken ??= new StorageFault('failed', 'the disk failed: nothing is written any more until a restart', {
        cause: error,
      });
      throw broken;
    } finally {
      idle.push(file);
    }
  }
  async function turn() {
    let file: number | undefined;
    for (file = idle.pop(); file === undefined; file = idle.pop()) await oneEnds();
    next = undefined;
    const waiting = wait(file);
    const ended: Promise<void> = waiting.catch(() => {}).then(() => void underWay.delete(ended));
    underWay.add(ended);
    await waiting;
  }
  return {
    check,
    durable() {
      next ??= Promise.resolve().then(turn);
      return next;
    },
    busy: () => (idle.length > 0 ? null : oneEnds()),
    async close() {
      await next?.catch(() => {});
      await Promise.all(underWay);
      for (const file of files) closeSync(file);
    },
  };
}

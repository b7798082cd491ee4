/** Counting with others without asking them each time: a process takes a lot of what there is, and gives it out by itself. */
import { LRUCache } from 'lru-cache';
import type { Limit, SharedCounts } from '../../db/index.ts';

/** What this process has of a key's. */
interface Lot {
  left: number;
  /** When the time ends, by `performance.now`. */
  ends: number;
  /** All of it was given out, here or elsewhere. */
  usedUp: boolean;
}

/** Keys that are remembered. */
const MOST = 50_000;

/**
 * Nobody ever gets more than the limit. With several processes, what stays over in the lots of the others may be missed: less than a lot each.
 * @param lots in how many parts the limit is taken; a limit of fewer points is taken one by one
 * @returns takes points of a key's; null, or the ms to wait
 */
export function makeLots(counts: SharedCounts, limit: Limit, lots: number) {
  const size = Math.max(1, Math.floor(limit.points / lots));
  const held = new LRUCache<string, Lot>({ max: MOST });
  /** Who of this process is asking for a key: the others wait, and don't take a lot each. */
  const asking = new Map<string, Promise<void>>();

  async function ask(key: string, points: number): Promise<void> {
    const wanted = Math.max(size, points);
    const { taken, ms } = await counts.take(limit, key, wanted);
    const ends = performance.now() + ms;
    const before = held.get(key);
    const over = before && before.ends > performance.now() ? before.left : 0;
    held.set(key, { left: taken ? wanted + over : 0, ends, usedUp: !taken });
  }

  return async (key: string, points: number): Promise<number | null> => {
    for (;;) {
      const lot = held.get(key);
      const ms = lot ? lot.ends - performance.now() : 0;
      if (lot && ms > 0) {
        if (lot.usedUp) return ms;
        if (lot.left >= points) {
          lot.left -= points;
          return null;
        }
      }
      const other = asking.get(key);
      if (other) await other.catch(() => {});
      else {
        const mine = ask(key, points).finally(() => asking.delete(key));
        asking.set(key, mine);
        await mine;
      }
    }
  };
}

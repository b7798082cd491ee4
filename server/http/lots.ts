/** Counting with others without asking them each time: a process takes a lot of what there is, and gives it out by itself. */
import { LRUCache } from 'lru-cache';
import type { Limit, SharedCounts } from '../../db/index.ts';

/** What this process has of a key's. */
interface Lot {
  left: number;
  /** When the time ends, by `performance.now`. */
  ends: number;
  /** There is no more, here or elsewhere. */
  usedUp: boolean;
}

/** Keys that are remembered. */
const MOST = 50_000;

/**
 * Nobody ever gets more than the limit. With several processes, what stays over in the lots of the others may be missed: less than a lot each.
 * @param lots in how many parts the limit is taken; a limit of fewer points is taken one by one
 * @returns takes points of a key's; null, or the ms to wait: at once where this process has enough, as every request asks several times
 */
export function makeLots(counts: SharedCounts, limit: Limit, lots: number) {
  const size = Math.max(1, Math.floor(limit.points / lots));
  const held = new LRUCache<string, Lot>({ max: MOST });
  /** Who of this process is asking for a key: the others wait, and don't take a lot each. */
  const asking = new Map<string, Promise<number | null>>();

  function leftOf(key: string): number {
    const lot = held.get(key);
    return lot && lot.ends > performance.now() ? lot.left : 0;
  }

  /** @returns null, or the ms to wait: there are not so many */
  async function ask(key: string, points: number): Promise<number | null> {
    const least = points - leftOf(key);
    let wanted = Math.max(size, least);
    let { taken, ms } = await counts.take(limit, key, wanted);
    if (!taken && wanted > least) {
      wanted = least;
      ({ taken, ms } = await counts.take(limit, key, wanted));
    }
    // Other machines' clocks may be wrong.
    const ends = performance.now() + Math.min(ms, limit.seconds * 1000);
    // Others took of the lot meanwhile.
    held.set(key, { left: leftOf(key) + (taken ? wanted : 0), ends, usedUp: !taken && least === 1 });
    return taken ? null : ms;
  }

  /** From what is held. @returns undefined: others have to be asked */
  function takeHeld(key: string, points: number): number | null | undefined {
    const lot = held.get(key);
    const ms = lot ? lot.ends - performance.now() : 0;
    if (!lot || ms <= 0) return undefined;
    if (lot.left >= points) {
      lot.left -= points;
      return null;
    }
    return lot.usedUp ? ms : undefined;
  }

  async function takeOfAll(key: string, points: number): Promise<number | null> {
    for (;;) {
      const found = takeHeld(key, points);
      if (found !== undefined) return found;
      const other = asking.get(key);
      if (other) await other.catch(() => {});
      else {
        const mine = ask(key, points).finally(() => asking.delete(key));
        asking.set(key, mine);
        const refused = await mine;
        if (refused !== null) return refused;
      }
    }
  }

  return (key: string, points: number): number | null | Promise<number | null> => {
    const found = takeHeld(key, points);
    return found === undefined ? takeOfAll(key, points) : found;
  };
}

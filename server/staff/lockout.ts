/** Who guesses passwords waits, longer each time: by user name, known or not, and by address. In memory: a restart forgets. */
import { LRUCache } from 'lru-cache';
import { networkOf } from '../network.ts';

/** So many failures in a row are free; the last of them and each further one begins the next wait, in seconds, and then always the last. */
export const LOCKOUTS = {
  name: { failures: 5, waits: [60, 300, 900, 3600] },
  // A site's tablets share one, and any good sign-in there begins its count anew.
  address: { failures: 60, waits: [60, 300, 900, 3600] },
} as const;

/** Names and addresses that are remembered, and for how long after their last failure. */
const REMEMBERED = { max: 20_000, ttl: 24 * 60 * 60 * 1000 };

interface Failures {
  count: number;
  /** Milliseconds since 1970. */
  until: number;
  /** Where the failures of a name came from, so that lifting its wait lifts theirs. */
  addresses: Set<string>;
}

/** A try that may be judged. It counts as a failure until it turns out to be good. */
export interface Try {
  refused: false;
  /** Seconds that the next try must wait if this one fails; null: none. */
  wait: number | null;
  good(): void;
}
export type Taken = Try | { refused: true; wait: number };

/** @param now milliseconds since 1970 */
export function makeLockout(now: () => number = Date.now) {
  const names = new LRUCache<string, Failures>(REMEMBERED);
  const addresses = new LRUCache<string, Failures>(REMEMBERED);

  const secondsLeft = (known: Failures | undefined) => Math.ceil(Math.max(0, (known?.until ?? 0) - now()) / 1000);

  function count(memory: LRUCache<string, Failures>, key: string, kind: keyof typeof LOCKOUTS): number {
    const known = memory.get(key) ?? { count: 0, until: 0, addresses: new Set() };
    known.count += 1;
    const { failures, waits } = LOCKOUTS[kind];
    const wait = known.count < failures ? 0 : (waits[known.count - failures] ?? waits.at(-1) ?? 0);
    known.until = now() + wait * 1000;
    memory.set(key, known);
    return wait;
  }

  return {
    /** Counts a try before it is judged, so that many at once can't slip through. A try while one waits is not counted. */
    take(name: string, from: string): Taken {
      const address = networkOf(from);
      const left = Math.max(secondsLeft(names.get(name)), secondsLeft(addresses.get(address)));
      if (left > 0) return { refused: true, wait: left };
      const wait = Math.max(count(names, name, 'name'), count(addresses, address, 'address'));
      names.get(name)?.addresses.add(address);
      const good = () => {
        names.delete(name);
        addresses.delete(address);
      };
      return { refused: false, wait: wait || null, good };
    },
    /** Seconds until a name may try again; 0: now. */
    left: (name: string): number => secondsLeft(names.get(name)),
    /** Forgets the failures of a name, and of the addresses that they came from. */
    lift(name: string): void {
      for (const address of names.get(name)?.addresses ?? []) addresses.delete(address);
      names.delete(name);
    },
  };
}
export type Lockout = ReturnType<typeof makeLockout>;

/** `45 秒`, `5 分钟`. */
export function waitInWords(seconds: number): string {
  return seconds < 60 ? `${seconds} 秒` : `${Math.ceil(seconds / 60)} 分钟`;
}

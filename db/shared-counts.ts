/** Small facts that every process on a database shares, and that nobody misses after their time: how often somebody asked, when a session was used. */
import type { RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';

/** So many points in a time that begins with the first of them. */
export interface Limit {
  name: string;
  points: number;
  seconds: number;
}

export interface SharedCounts {
  /** Takes points of a key's, all or none. @returns whether they were there, and ms until the time ends */
  take(limit: Limit, key: string, points: number): Promise<{ taken: boolean; ms: number }>;
  /** Notes that something was so just now, for so many seconds. */
  note(key: string, seconds: number): Promise<void>;
  /** @returns ms for which the note still holds; 0: there is none */
  holds(key: string): Promise<number>;
}

/** @param make one limit's counts, in this process or where all have them */
export function makeSharedCounts(
  make: (options: { keyPrefix: string; points: number; duration: number }) => RateLimiterAbstract,
): SharedCounts {
  const limiters = new Map<string, RateLimiterAbstract>();
  const of = ({ name, points, seconds }: Limit) => {
    const known = limiters.get(name);
    if (known) return known;
    const made = make({ keyPrefix: name, points, duration: seconds });
    limiters.set(name, made);
    return made;
  };
  const notes = of({ name: 'note', points: 1, seconds: 1 });
  return {
    async take(limit, key, points) {
      try {
        const { msBeforeNext } = await of(limit).consume(key, points);
        return { taken: true, ms: msBeforeNext };
      } catch (refused) {
        if (refused instanceof Error) throw refused;
        // It counts what it refuses.
        await of(limit).reward(key, points);
        return { taken: false, ms: (refused as RateLimiterRes).msBeforeNext };
      }
    },
    note: async (key, seconds) => void (await notes.set(key, 1, seconds)),
    holds: async (key) => (await notes.get(key))?.msBeforeNext ?? 0,
  };
}

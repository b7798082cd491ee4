/**
 * Who guesses passwords waits, longer each time: by user name, known or not, and by address. In the database: every process counts on, and a
 * restart forgives nobody.
 */
import { createHmac } from 'node:crypto';
import { inArray, lt } from 'drizzle-orm';
import { type Db, type Queries, type Transaction, tables } from '../../db/index.ts';
import { networkOf } from '../network.ts';

/** So many failures in a row are free; the last of them and each further one begins the next wait, in seconds, and then always the last. */
export const LOCKOUTS = {
  name: { failures: 5, waits: [60, 300, 900, 3600] },
  // A site's tablets share one, and any good sign-in there begins its count anew.
  address: { failures: 60, waits: [60, 300, 900, 3600] },
} as const;

/** How long failures are remembered after the last one, ms. */
const REMEMBERED_MS = 24 * 60 * 60 * 1000;

/** A try that may be judged. It counts as a failure until it turns out to be good. */
export interface Try {
  refused: false;
  /** Seconds that the next try must wait if this one fails; null: none. */
  wait: number | null;
  good(): Promise<void>;
}
export type Taken = Try | { refused: true; wait: number };

type Failures = typeof tables.signInFailures.$inferSelect;
type Kind = keyof typeof LOCKOUTS;

/**
 * @param secret of keys: what is typed as a name may be a password, so neither stands in the database
 * @param now milliseconds since 1970
 */
export function makeLockout(db: Db, secret: string, now: () => number = Date.now) {
  const { signInFailures } = tables;
  const keyOf = (kind: Kind, of: string) => createHmac('sha256', secret).update(`${kind} ${of}`).digest('base64url');
  const secondsLeft = (until: number) => Math.ceil(Math.max(0, until - now()) / 1000);
  const find = async (from: Pick<Queries, 'select'>, keys: string[]) => {
    // SQLite walks the whole table for a list of none.
    const rows =
      keys.length > 0 ? await from.select().from(signInFailures).where(inArray(signInFailures.key, keys)) : [];
    return new Map(rows.map((row) => [row.key, row]));
  };
  const leftOf = (found: Map<string, Failures>) =>
    Math.max(0, ...[...found.values()].map(({ until }) => secondsLeft(until)));
  const forget = (tx: Transaction, keys: string[]) =>
    tx.delete(signInFailures).where(inArray(signInFailures.key, keys));

  /** @returns seconds of the wait that began; 0: none did */
  async function count(tx: Transaction, known: Failures | undefined, key: string, kind: Kind, address: string) {
    const failures = (known?.failures ?? 0) + 1;
    const { failures: free, waits } = LOCKOUTS[kind];
    const wait = failures < free ? 0 : (waits[failures - free] ?? waits.at(-1) ?? 0);
    const addresses = kind === 'name' ? [...new Set([...(known?.addresses ?? []), address])] : null;
    const row = { key, failures, until: now() + wait * 1000, failedAt: now(), addresses };
    await tx.insert(signInFailures).values(row).onConflictDoUpdate({ target: signInFailures.key, set: row });
    return wait;
  }

  return {
    /** Counts a try before it is judged, so that many at once can't slip through. A try while one waits is not counted. */
    async take(name: string, from: string): Promise<Taken> {
      const [nameKey, addressKey] = [keyOf('name', name), keyOf('address', networkOf(from))];
      const keys = [nameKey, addressKey];
      // Whoever goes on trying keeps nobody from writing.
      const waits = leftOf(await find(db.read, keys));
      if (waits > 0) return { refused: true, wait: waits };
      return db.write(async (tx): Promise<Taken> => {
        await tx.delete(signInFailures).where(lt(signInFailures.failedAt, now() - REMEMBERED_MS));
        const found = await find(tx, keys);
        const left = leftOf(found);
        if (left > 0) return { refused: true, wait: left };
        const ofName = await count(tx, found.get(nameKey), nameKey, 'name', addressKey);
        const ofAddress = await count(tx, found.get(addressKey), addressKey, 'address', addressKey);
        const good = async () => void (await db.write((later) => forget(later, keys)));
        return { refused: false, wait: Math.max(ofName, ofAddress) || null, good };
      });
    },
    /** Seconds until each of these names may try again; 0: now. */
    async left(names: string[]): Promise<number[]> {
      const keys = names.map((name) => keyOf('name', name));
      const found = await find(db.read, keys);
      return keys.map((key) => secondsLeft(found.get(key)?.until ?? 0));
    },
    /** Forgets the failures of a name, and of the addresses that they came from. */
    async lift(tx: Transaction, name: string): Promise<void> {
      const key = keyOf('name', name);
      const known = (await find(tx, [key])).get(key);
      await forget(tx, [key, ...(known?.addresses ?? [])]);
    },
  };
}
export type Lockout = ReturnType<typeof makeLockout>;

/** `45 秒`, `5 分钟`. */
export function waitInWords(seconds: number): string {
  return seconds < 60 ? `${seconds} 秒` : `${Math.ceil(seconds / 60)} 分钟`;
}

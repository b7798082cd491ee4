import { LRUCache } from 'lru-cache';
import { indexOf } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { networkOf } from '../network.ts';
import type { Phone } from './account.ts';
import type { Claim } from './verify-identity.ts';

const HOUR_MS = 60 * 60 * 1000;
/** Failed tries an hour: from one address (a hospital's phones may share one), from one device, about one person. */
const TRIES = { address: 100, device: 10, person: 5 };

/** Counts failed verifications, so that nobody is guessed. */
export function makeTries() {
  // Counted from the first one, and forgotten an hour after it; without waiting in between, so that many at once can't slip through.
  const counts = new LRUCache<string, number>({ ttl: HOUR_MS, ttlAutopurge: true, noUpdateTTL: true });
  const countOf = (key: string) => counts.get(key) ?? 0;
  const limitsOf = (phone: Phone, { idCardTypeCode, idcode }: Pick<Claim, 'idCardTypeCode' | 'idcode'>) => [
    // First, as whoever sends no cookie has a new device at each try.
    { key: `address ${networkOf(phone.address)}`, most: TRIES.address },
    { key: `device ${phone.digest}`, most: TRIES.device },
    // Last, so that a device that may not try can't use up a person's tries. Memory holds no document numbers.
    { key: `person ${indexOf('tries', `${idCardTypeCode} ${idcode}`)}`, most: TRIES.person },
  ];
  return {
    /**
     * Counts a try before it is judged; a good one is given back. One that is refused counts nowhere.
     * @returns how to give it back
     * @throws DomainError TOO_MANY_TRIES
     */
    take(phone: Phone, claim: Pick<Claim, 'idCardTypeCode' | 'idcode'>): () => void {
      const limits = limitsOf(phone, claim);
      const reached = limits.find(({ key, most }) => countOf(key) >= most);
      if (reached) {
        const minutes = Math.max(1, Math.ceil(counts.getRemainingTTL(reached.key) / 60_000));
        throw new DomainError('TOO_MANY_TRIES', `认证失败次数过多,请 ${minutes} 分钟后再试`);
      }
      for (const { key } of limits) counts.set(key, countOf(key) + 1);
      return () => {
        for (const { key } of limits) {
          const left = countOf(key) - 1;
          if (left > 0) counts.set(key, left);
          else counts.delete(key);
        }
      };
    },
    /** How many addresses, devices and persons are remembered. */
    get size(): number {
      return counts.size;
    },
  };
}
export type Tries = ReturnType<typeof makeTries>;

import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../errors.ts';
import type { Phone } from './account.ts';
import { makeCardNumbers } from './card-and-empi.ts';
import type { Claim } from './verify-identity.ts';

const HOUR = 60 * 60;
/** Failed tries an hour: about one person, from one device, from one address (a hospital's phones may share one). */
const TRIES = { device: 10, address: 100, person: 5 };

/** Counts failed verifications, so that nobody is guessed. */
export function makeTries() {
  const limiters = Object.entries(TRIES).map(
    ([keyPrefix, points]) => new RateLimiterMemory({ keyPrefix, points, duration: HOUR }),
  );
  const keysOf = (phone: Phone, claim: Pick<Claim, 'idCardTypeCode' | 'idcode'>) => [
    phone.digest,
    phone.address,
    // Last, so that a device that may not try can't use up a person's tries. Memory holds no document numbers.
    makeCardNumbers('tries', claim).empi,
  ];
  return {
    /**
     * Counts a try before it is judged, so that many at once can't slip through; a good one is given back.
     * @returns how to give it back
     * @throws DomainError TOO_MANY_TRIES
     */
    async take(phone: Phone, claim: Pick<Claim, 'idCardTypeCode' | 'idcode'>): Promise<() => Promise<void>> {
      const keys = keysOf(phone, claim);
      for (const [n, limiter] of limiters.entries()) {
        const wait = await limiter.consume(keys[n] ?? '').then(
          () => null,
          (refused: RateLimiterRes) => refused.msBeforeNext,
        );
        if (wait === null) continue;
        const minutes = Math.max(1, Math.ceil(wait / 60_000));
        throw new DomainError('TOO_MANY_TRIES', `认证失败次数过多,请 ${minutes} 分钟后再试`);
      }
      return async () => {
        await Promise.all(limiters.map((limiter, n) => limiter.reward(keys[n] ?? '')));
      };
    },
  };
}
export type Tries = ReturnType<typeof makeTries>;

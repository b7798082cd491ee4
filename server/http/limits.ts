/** How many requests who may make: far above what people do by hand, below what would hold up everybody else. */
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { networkOf } from '../network.ts';

/** Requests a minute. In the memory of this process. */
export const LIMITS = {
  /** A nurse at full speed makes some 70 (a resident every five seconds, six calls each), an office that pages through lists 200. */
  user: 1_200,
  /** Twenty tablets at full speed make 1 400, offices included. */
  site: 12_000,
  /** Nobody's requests of one address: phones of a whole hospital behind one NAT, a city's platform that uploads. */
  stranger: 6_000,
  /** All of one address, signed in or not: about what one process answers, for a proxy that TRUSTED_PROXIES does not name. */
  address: 60_000,
};
export type Limits = typeof LIMITS;

/** The same for faster people, or slower ones. @param user requests a minute of one user */
export function limitsFor(user: number): Limits {
  const factor = user / LIMITS.user;
  const each = (name: keyof Limits) => Math.max(1, Math.round(LIMITS[name] * factor));
  return { user, site: each('site'), stranger: each('stranger'), address: each('address') };
}

/** Who asks, as far as it is known. */
export interface Asker {
  address: string;
  user?: { id: string; siteCode: string | null } | null;
}

/**
 * @param limits requests a minute
 * @returns counts one request, or the calls of a batch; null, or the seconds to wait
 */
export function makeLimiter(limits: Limits): (asker: Asker, calls?: number) => Promise<number | null> {
  const make = (keyPrefix: keyof Limits) =>
    new RateLimiterMemory({ keyPrefix, points: limits[keyPrefix], duration: 60 });
  const [user, site, stranger, address] = [make('user'), make('site'), make('stranger'), make('address')];
  const take = async (limiter: RateLimiterMemory, key: string, calls: number) => {
    try {
      await limiter.consume(key, calls);
      return null;
    } catch (refused) {
      return Math.max(1, Math.ceil((refused as RateLimiterRes).msBeforeNext / 1000));
    }
  };
  return async (asker, calls = 1) => {
    const network = networkOf(asker.address);
    const wait = await take(address, network, calls);
    if (wait !== null) return wait;
    if (!asker.user) return take(stranger, network, calls);
    // The user first: one who is too fast does not use up what the site's others have.
    const own = await take(user, asker.user.id, calls);
    return own ?? (asker.user.siteCode === null ? null : take(site, asker.user.siteCode, calls));
  };
}

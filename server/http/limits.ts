/** How many requests who may make: far above what people do by hand, below what would hold up everybody else. */
import type { SharedCounts } from '../../db/index.ts';
import { networkOf } from '../network.ts';
import { makeLots } from './lots.ts';

/** Requests a minute, of all processes on one database together. */
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
/** In so many parts processes take what a minute has: see lots.ts. */
const LOTS = 50;
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
 * @param of what is counted by itself
 * @returns counts one request, or the calls of a batch; null, or the seconds to wait
 */
export function makeLimiter(
  counts: SharedCounts,
  limits: Limits,
  of = 'request',
): (asker: Asker, calls?: number) => Wait {
  const make = (kind: keyof Limits) => {
    const take = makeLots(counts, { name: `${of} ${kind}`, points: limits[kind], seconds: 60 }, LOTS);
    return (key: string, calls: number) => {
      const ms = take(key, calls);
      return ms instanceof Promise ? ms.then(inSeconds) : inSeconds(ms);
    };
  };
  const [user, site, stranger, address] = [make('user'), make('site'), make('stranger'), make('address')];
  return (asker, calls = 1) => {
    const network = networkOf(asker.address);
    return orElse(address(network, calls), () => {
      if (!asker.user) return stranger(network, calls);
      const { id, siteCode } = asker.user;
      // The user first: one who is too fast does not use up what the site's others have.
      return orElse(user(id, calls), () => (siteCode === null ? null : site(siteCode, calls)));
    });
  };
}

/** Null: none. Known at once where this process holds enough, as every request asks. */
type Wait = number | null | Promise<number | null>;

/** The first wait of two; the second is asked for where the first is none. */
function orElse(first: Wait, second: () => Wait): Wait {
  if (first instanceof Promise) return first.then((wait) => wait ?? second());
  return first ?? second();
}

const inSeconds = (ms: number | null) => (ms === null ? null : Math.max(1, Math.ceil(ms / 1000)));

/**
 * Signed batches whose signature nobody has judged yet: it stands over the whole body, so each costs the reading of megabytes, and an app id
 * is no secret. Counted by app id and network, so that a city's own uploads go on.
 */
import { LRUCache } from 'lru-cache';
import { DomainError } from '../errors.ts';
import { networkOf } from '../network.ts';

/** At once: a city sends one after another, or a few. */
export const MOST_AT_ONCE = 8;
/** Turned out wrong, in their signature or their form, from the first one on for so long. */
export const MOST_FAILED = 20;
const FAILURES_MS = 10 * 60 * 1000;

export function makeUnproven() {
  const working = new Map<string, number>();
  const failed = new LRUCache<string, number>({ max: 10_000, ttl: FAILURES_MS, noUpdateTTL: true });
  const add = (key: string, by: number) => {
    const count = (working.get(key) ?? 0) + by;
    if (count > 0) working.set(key, count);
    else working.delete(key);
  };
  /**
   * @returns to be called once, with whether it turned out wrong
   * @throws DomainError TOO_MANY_REQUESTS
   */
  return (address: string, appId: string): ((wrong: boolean) => void) => {
    const key = `${networkOf(address)} ${appId}`;
    if ((failed.get(key) ?? 0) >= MOST_FAILED)
      throw new DomainError('TOO_MANY_REQUESTS', '未通过验签的请求过多,请稍后再试');
    if ((working.get(key) ?? 0) >= MOST_AT_ONCE)
      throw new DomainError('TOO_MANY_REQUESTS', '同时上传的批次过多,请稍后再试');
    add(key, 1);
    return (wrong) => {
      add(key, -1);
      if (wrong) failed.set(key, (failed.get(key) ?? 0) + 1);
    };
  };
}

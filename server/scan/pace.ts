/** Who looks up more codes than hands can scan, or issues for more, is slowed, and told of in the audit trail. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Db } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { makeLots } from '../http/lots.ts';
import type { Actor } from '../staff/actor.ts';

const MINUTE = 60_000;
/** Each lookup above the minute's waits so much longer than the one before, ms, up to the longest. */
const STEP = 100;
const LONGEST_STEP = 4_000;
/** Whoever asks for more at once than is answered within this, ms, is refused: the scan page waits for ten seconds. */
const LONGEST_WAIT = 8_000;
/** How long whoever is refused should wait. */
export const RETRY_SECONDS = LONGEST_WAIT / 1000;
/** In so many parts processes take what one person's minute has: see lots.ts. */
const LOTS = 12;
/** Somebody who was not too fast for so long begins a new episode, ms. */
const EPISODE = 5 * MINUTE;

/** Looked up and revealed, or issued: each is counted by itself. */
export type PaceKind = 'lookup' | 'issue';

/** One person's calls of one kind. */
interface Run {
  /** When each of the last minute was, ms: a ring of one more than a minute may have, which are enough to know that it is too fast. */
  taken: Float64Array;
  /** Where in the ring the next one is written. */
  next: number;
  /** How many of them in a row were too many. */
  over: number;
  /** When the last of those that wait goes on. */
  turn: number;
  /** When it last was too fast. */
  lastOver: number;
}

/**
 * @param perMinute how many calls of each kind go at once in a minute
 * @param now ms, for tests
 * @returns waits for the caller's turn, outside of any transaction; throws DomainError TOO_MANY_REQUESTS
 */
export function makePace(db: Db, perMinute: number, now: () => number = Date.now) {
  const begin = (): Run => {
    return { taken: new Float64Array(perMinute + 1), next: 0, over: 0, turn: 0, lastOver: Number.NEGATIVE_INFINITY };
  };
  // What other processes answer the same person counts, too.
  const takeShared = makeLots(db.counts, { name: 'pace', points: perMinute, seconds: MINUTE / 1000 }, LOTS);
  const runs = new LRUCache<string, Run>({ max: 10_000, ttl: 2 * EPISODE, updateAgeOnGet: true });
  return async (actor: Actor, kind: PaceKind): Promise<void> => {
    const at = now();
    const key = `${kind} ${actor.id}`;
    let run = runs.get(key);
    if (!run) {
      run = begin();
      runs.set(key, run);
    }
    run.taken[run.next] = at;
    run.next = (run.next + 1) % run.taken.length;
    // What would be overwritten next is the one that was so many before.
    if ((run.taken[run.next] ?? 0) <= at - MINUTE) {
      const wait = takeShared(key, 1);
      if ((wait instanceof Promise ? await wait : wait) === null) {
        run.over = 0;
        return;
      }
    }
    const isNew = at - run.lastOver > EPISODE;
    run.lastOver = at;
    const turn = Math.max(run.turn, at) + Math.min(LONGEST_STEP, STEP * (run.over + 1));
    const refused = turn - at > LONGEST_WAIT;
    if (!refused) {
      run.over += 1;
      run.turn = turn;
    }
    if (isNew) {
      const event = { action: 'scan.too_fast', outcome: 'TOO_MANY_REQUESTS', subject: actor.id, detail: kind } as const;
      await db.write((tx) => recordEvent(tx, actor, event));
    }
    if (refused) throw new DomainError('TOO_MANY_REQUESTS', '查询过于频繁,请稍后再试');
    await sleep(Math.max(0, turn - now()));
  };
}
export type Pace = ReturnType<typeof makePace>;

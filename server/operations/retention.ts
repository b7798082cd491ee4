/** What has been kept for long enough is deleted: bit by bit, so that nobody waits, and told in the audit trail. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { SystemActor } from '../staff/actor.ts';
import { type Kind, kindsOf } from './retention-kinds.ts';

/** Days for which each kind is kept. */
export interface Retention {
  audit: number;
  vouchers: number;
  /** What was wrong in batches. */
  issues: number;
  /** Records whose residents withdrew, and no voucher names. */
  withdrawn: number;
  outbox: number;
  /** After they ended. */
  sessions: number;
}

export interface Removed {
  counts: Record<keyof Retention, number>;
  /** False: it was told to stop; the next run goes on. */
  finished: boolean;
}

/** How many of each kind a run would remove now. */
export async function countExpired(db: Pick<Db, 'read'>, retention: Retention, now: Date): Promise<Removed['counts']> {
  return eachKind(kindsOf(retention, now), (kind) => kind.count(db.read));
}

/**
 * Removes what is too old. Each transaction takes a few hundred rows; as long as it took, others have the database for themselves. One event
 * says that it begins and until when each kind goes, one what it came to; what a killed run did is gone, and the next goes on.
 * @param signal stops it behind the transaction that is under way
 */
export async function removeExpired(
  db: Db,
  actor: SystemActor,
  retention: Retention,
  { now, signal }: { now: Date; signal?: AbortSignal },
): Promise<Removed> {
  const limits = Object.entries(retention).map(([name, days]) => `${name}=${days}`);
  await db.write((tx) =>
    recordEvent(tx, actor, { action: 'retention.begin', outcome: 'ok', detail: limits.join(' ') }),
  );
  const kinds = kindsOf(retention, now);
  let finished = false;
  const counts = Object.fromEntries(Object.keys(kinds).map((name) => [name, 0])) as Removed['counts'];
  try {
    for (const [name, kind] of Object.entries(kinds) as [keyof Retention, Kind][]) {
      for (let done = false; !done && !signal?.aborted; ) {
        const started = performance.now();
        const some = await db.write((tx) => kind.removeSome(tx), { patient: true });
        counts[name] += some.removed;
        done = some.done;
        await pause(performance.now() - started);
      }
    }
    finished = !signal?.aborted;
  } finally {
    const told = Object.entries(counts).map(([name, count]) => `${name}=${count}`);
    await db.write((tx) =>
      recordEvent(tx, actor, {
        action: 'retention.run',
        outcome: finished ? 'ok' : 'cancelled',
        detail: told.join(' '),
      }),
    );
  }
  return { counts, finished };
}

async function eachKind(kinds: Record<keyof Retention, Kind>, work: (kind: Kind) => Promise<number>) {
  const counts: [string, number][] = [];
  for (const [name, kind] of Object.entries(kinds)) counts.push([name, await work(kind)]);
  return Object.fromEntries(counts) as Removed['counts'];
}

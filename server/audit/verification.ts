import { setTimeout } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { describeError, type Log } from '../log.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiTime } from '../time.ts';
import { type Fault, HEAD_KEY, type Verdict, verifyChain } from './chain.ts';
import { recordEvent } from './record-event.ts';

/** The last check of the trail, or how far the present one is. `at`: when it ended, Shanghai. */
export type VerificationState =
  | { state: 'none' }
  | { state: 'running'; checked: number; total: number }
  | { state: 'whole'; count: number; head: string; at: string }
  | { state: 'broken'; row: number; fault: Fault; at: string }
  /** Something unexpected, which the log tells. */
  | { state: 'failed'; at: string };

/**
 * Checks the audit trail in the background of this process, one check at a time. It rests as long as it works, so that others
 * find the process idle half of the time. Each function: auditor only, else DomainError FORBIDDEN.
 */
export function makeVerification(log: Log) {
  let state: VerificationState = { state: 'none' };
  let job: { stop: AbortController; done: Promise<void> } | null = null;

  async function check(db: Db, starter: Actor, { signal }: AbortController): Promise<VerificationState> {
    const [head] = await db.read.select().from(tables.auditHead).where(eq(tables.auditHead.key, HEAD_KEY));
    let worked = performance.now();
    const walk = verifyChain(db.read, {
      signal,
      async onPage(checked) {
        state = { state: 'running', checked, total: Math.max(checked, head?.lastId ?? 0) };
        await setTimeout(performance.now() - worked);
        worked = performance.now();
      },
    });
    const verdict = await walk.catch((error) => {
      if (signal.aborted) return null;
      throw error;
    });
    // Who cancels is the reason.
    await recordVerdict(db, verdict ? starter : signal.reason, verdict);
    const at = shanghaiTime(new Date());
    if (!verdict) return { state: 'none' };
    return verdict.whole
      ? { state: 'whole', count: verdict.count, head: verdict.head, at }
      : { state: 'broken', row: verdict.row, fault: verdict.fault, at };
  }

  return {
    /** Begins a check, unless one is going on. @returns at once, with `running` */
    start(db: Db, actor: Actor): VerificationState {
      const auditor = authorise(actor, 'auditor');
      if (job) return state;
      state = { state: 'running', checked: 0, total: 0 };
      const stop = new AbortController();
      const done = check(db, auditor, stop)
        .catch((error): VerificationState => {
          log.error({ requestId: auditor.requestId, error: describeError(error) }, 'unexpected error');
          return { state: 'failed', at: shanghaiTime(new Date()) };
        })
        .then((ended) => {
          state = ended;
          job = null;
        });
      job = { stop, done };
      return state;
    },

    read(actor: Actor): VerificationState {
      authorise(actor, 'auditor');
      return state;
    },

    /** Ends the check that is going on, if one is. */
    async cancel(actor: Actor): Promise<VerificationState> {
      const auditor = authorise(actor, 'auditor');
      job?.stop.abort(auditor);
      await job?.done;
      return state;
    },
  };
}

export type Verification = ReturnType<typeof makeVerification>;

/** Writes down how a check ended. @param verdict null: it was cancelled */
export async function recordVerdict(db: Db, actor: Actor, verdict: Verdict | null): Promise<void> {
  const told = !verdict
    ? { outcome: 'cancelled' as const }
    : verdict.whole
      ? { outcome: 'whole' as const, subject: String(verdict.count), detail: verdict.head }
      : { outcome: 'broken' as const, subject: String(verdict.row), detail: verdict.fault };
  await db.write((tx) => recordEvent(tx, actor, { action: 'audit.verify', ...told }));
}

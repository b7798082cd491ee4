import { asc, eq, gt } from 'drizzle-orm';
import { type Db, isOneOf, tables } from '../../db/index.ts';

const { auditEvents, auditHead, batches } = tables;

const EVENTS_AT_ONCE = 1000;
/** Of one reading: whoever asks waits no longer than that. */
const PAGES_A_TIME = 100;
const HEAD = 1;

/** Something that happened, as the audit trail has it; `batch`: what an upload came to, in rows. */
export interface Happened {
  action: string;
  outcome: string;
  batch?: Pick<typeof batches.$inferSelect, 'accepted' | 'unchanged' | 'rejected'> | undefined;
}

/**
 * Tells what is new in the audit trail since the last call, each event once; the first call begins at its end. What was rolled back
 * never stands in it, so it is never counted.
 */
export function makeEventReader(db: Db, tell: (happened: Happened) => void): () => Promise<void> {
  let last: number | undefined;

  async function readSome(from: number): Promise<number> {
    const { id, action, outcome, subject } = auditEvents;
    const events = await db.read
      .select({ id, action, outcome, subject })
      .from(auditEvents)
      .where(gt(id, from))
      .orderBy(asc(id))
      .limit(EVENTS_AT_ONCE);
    const numbers = events.flatMap(({ action, subject }) => (action === 'batch.upload' && subject ? [subject] : []));
    const found = numbers.length ? await db.read.select().from(batches).where(isOneOf(batches.cdBatch, numbers)) : [];
    const uploaded = new Map(found.map((batch) => [batch.cdBatch, batch]));
    for (const { action, outcome, subject } of events) {
      tell({ action, outcome, batch: action === 'batch.upload' ? uploaded.get(subject ?? '') : undefined });
    }
    last = events.at(-1)?.id ?? from;
    return events.length;
  }

  async function read() {
    if (last === undefined) {
      const [head] = await db.read.select().from(auditHead).where(eq(auditHead.key, HEAD));
      last = head?.lastId ?? 0;
      return;
    }
    for (let page = 0; page < PAGES_A_TIME; page += 1) {
      if ((await readSome(last)) < EVENTS_AT_ONCE) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  let reading: Promise<void> = Promise.resolve();
  return () => {
    reading = reading.catch(() => {}).then(read);
    return reading;
  };
}

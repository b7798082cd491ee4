/** Whether the clock fits the audit trail: one that ran ahead would make everything too old, and nothing brings back what was deleted. */
import { and, asc, desc, eq, gt, lte, type SQL } from 'drizzle-orm';
import { type Queries, tables } from '../../db/index.ts';
import { isSearchable, searchableUpTo } from '../audit/searchable.ts';

const { auditEvents } = tables;
const DAY_MS = 24 * 60 * 60 * 1000;
/** A console that works, or only removes what is too old every week, is never silent for so long. */
const LONGEST_SILENCE_DAYS = 30;
const { at } = auditEvents;

/**
 * Looks for a time without events, up to now: since the last retention began, else since the first event. A clock that is ahead shows
 * as one, also when a server has worked by it since.
 * @throws Error that says between which times nothing is known
 */
export async function assertClock(db: Pick<Queries, 'select'>, now: Date): Promise<void> {
  let known = (await lastRetention(db)) ?? (await firstEvent(db));
  while (known !== null) {
    const until = new Date(Date.parse(known) + LONGEST_SILENCE_DAYS * DAY_MS).toISOString();
    if (until >= now.toISOString()) return;
    const next = await newestWithin(db, known, until);
    if (next === null) {
      throw new Error(
        `the audit trail knows nothing of the ${LONGEST_SILENCE_DAYS} days after ${known}, and this clock says ${now.toISOString()}: nothing was deleted; set the clock right, or give --clock-is-right where the console stood still`,
      );
    }
    known = next;
  }
}

async function lastRetention(db: Pick<Queries, 'select'>): Promise<string | null> {
  const { id, action } = auditEvents;
  const isOne = eq(action, 'retention.begin');
  const newest = async (where: SQL | undefined) => {
    const [row] = await db.select({ at }).from(auditEvents).where(where).orderBy(desc(id)).limit(1);
    return row?.at ?? null;
  };
  return (await newest(and(isOne, gt(id, await searchableUpTo(db))))) ?? (await newest(and(isOne, isSearchable)));
}

async function firstEvent(db: Pick<Queries, 'select'>): Promise<string | null> {
  const [row] = await db.select({ at }).from(auditEvents).orderBy(asc(auditEvents.id)).limit(1);
  return row?.at ?? null;
}

/** In the index of times, else behind it, where there are few. */
async function newestWithin(db: Pick<Queries, 'select'>, after: string, until: string): Promise<string | null> {
  const within = and(gt(at, after), lte(at, until));
  const behind = gt(auditEvents.id, await searchableUpTo(db));
  const [row] = await db.select({ at }).from(auditEvents).where(and(within, isSearchable)).orderBy(desc(at)).limit(1);
  if (row) return row.at;
  const [last] = await db
    .select({ at })
    .from(auditEvents)
    .where(and(within, behind))
    .orderBy(desc(auditEvents.id))
    .limit(1);
  return last?.at ?? null;
}

/**
 * Which events stand in the indexes by person, site, action, subject and time. Who waits for an answer does not wait for those, too: the figures, which
 * read every event once, put some hundred in at a time (docs/decisions/012).
 */
import { and, eq, gt, lte, type SQL, sql } from 'drizzle-orm';
import { given, prepared, type Queries, type Transaction, tables } from '../../db/index.ts';

const { auditEvents, figuresHead } = tables;

/** Of the only row of `figures_head`. */
export const FIGURES_KEY = 1;

/** As the indexes say it: of a parameter no database would know that it is 1. */
export const isSearchable: SQL = sql`${auditEvents.searchable} = 1`;

/** Id of the last event that the figures have counted and the indexes hold; those behind it are looked at by id. */
export async function searchableUpTo(db: Pick<Queries, 'select'>): Promise<number> {
  const [head] = await db.select().from(figuresHead).where(eq(figuresHead.key, FIGURES_KEY));
  return head?.lastId ?? 0;
}

/** The same; null of a database of a version whose indexes held every event at once: backups are verified as they are. */
export async function searchableIfAny(db: Pick<Queries, 'select'>): Promise<number | null> {
  try {
    await db.select({ searchable: auditEvents.searchable }).from(auditEvents).where(eq(auditEvents.id, 0));
  } catch {
    return null;
  }
  return searchableUpTo(db);
}

/** Puts events into the indexes, from behind `after` to `upTo`. */
export async function makeSearchable(tx: Transaction, after: number, upTo: number): Promise<void> {
  await enterIndexes(tx, { after, upTo });
}

const enterIndexes = prepared((tx: Transaction) => {
  const { id, searchable } = auditEvents;
  return tx
    .update(auditEvents)
    .set({ searchable: 1 })
    .where(and(gt(id, given('after')), lte(id, given('upTo')), eq(searchable, 0)));
});

import { inArray } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiTime } from '../time.ts';
import { listEvents } from './list-events.ts';
import { AUDIT_EVENTS_PER_PAGE, type AuditFilter, type BrowseAuditInput } from './schema.ts';

const { auditEvents } = tables;

/**
 * The audit trail by filter, newest or oldest first, by pages. A page may be short of rows, or empty, before the end: it then tells
 * how far was looked (`searchedTo`, Shanghai), and its cursor goes on from there.
 * @throws DomainError FORBIDDEN (auditor only)
 */
export async function browseAudit(db: Db, actor: Actor, { filter, order, cursor }: BrowseAuditInput) {
  authorise(actor, 'auditor');
  const { rows, nextCursor, searchedTo } = await listEvents(db.read, filter, {
    order,
    cursor,
    limit: AUDIT_EVENTS_PER_PAGE,
  });
  const hashOf = await hashesOf(
    db,
    rows.map(({ event }) => event.id - 1),
  );
  return {
    items: rows.map(({ event, ...names }) => ({
      ...event,
      ...names,
      at: shanghaiTime(new Date(event.at)),
      /** What the row's own hash stands on; null for the first. */
      previousHash: hashOf(event.id - 1),
    })),
    nextCursor,
    searchedTo: searchedTo && shanghaiTime(new Date(searchedTo)),
  };
}

async function hashesOf(db: Db, ids: number[]): Promise<(id: number) => string | null> {
  const rows =
    ids.length > 0
      ? await db.read
          .select({ id: auditEvents.id, hash: auditEvents.hash })
          .from(auditEvents)
          .where(inArray(auditEvents.id, ids))
      : [];
  const hashes = new Map(rows.map(({ id, hash }) => [id, hash]));
  return (id) => hashes.get(id) ?? null;
}

/** Names what was asked for; a subject without its number. */
export function filterWords({ subject, ...filters }: AuditFilter): string {
  const asked = Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  return [...(subject === undefined ? [] : ['subject']), ...asked].join(' ') || 'all';
}

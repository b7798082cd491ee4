import { desc, eq, lt } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiTime } from '../time.ts';
import { AUDIT_ACTIONS, type AuditAction } from './record-event.ts';
import { AUDIT_EVENTS_PER_PAGE } from './schema.ts';

/**
 * The audit trail, newest first, by pages.
 * @param input.cursor id of the last event of the page before
 * @throws DomainError FORBIDDEN (auditor only)
 */
export async function browseAudit(db: Db, actor: Actor, input: { cursor?: number }) {
  authorise(actor, 'auditor');
  const { auditEvents, staff, sites } = tables;
  const rows = await db.read
    .select({ event: auditEvents, actorName: staff.name, siteName: sites.name })
    .from(auditEvents)
    .leftJoin(staff, eq(staff.id, auditEvents.actor))
    .leftJoin(sites, eq(sites.code, auditEvents.siteCode))
    .where(input.cursor ? lt(auditEvents.id, input.cursor) : undefined)
    .orderBy(desc(auditEvents.id))
    .limit(AUDIT_EVENTS_PER_PAGE + 1);
  const items = rows.slice(0, AUDIT_EVENTS_PER_PAGE).map(({ event, actorName, siteName }) => ({
    ...event,
    at: shanghaiTime(new Date(event.at)),
    action: AUDIT_ACTIONS[event.action as AuditAction] ?? event.action,
    /** Null for the console's own programs. */
    actorName,
    siteName,
  }));
  return { items, nextCursor: rows.length > AUDIT_EVENTS_PER_PAGE ? (items.at(-1)?.id ?? null) : null };
}

import { eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { Actor } from './actor.ts';
import { assertMayGive, assertNotOwn, assertPlaceExists, authoriseManager, getManaged } from './reach.ts';
import { type CreateStaffInput, passwordLength } from './schema.ts';

/**
 * Gives a member of staff another name, role, site or city. Both kinds of change are audited by their own word. Whose new role asks for a longer
 * password changes it at the next step: how long the present one is nobody knows.
 * @returns the staff id, so that the door can forget what it remembers of this person's sessions
 * @throws DomainError FORBIDDEN (province; site_admin for the own site), STAFF_NOT_FOUND, SITE_NOT_FOUND, CITY_NOT_FOUND,
 *   OWN_ACCOUNT (another role or place for oneself)
 */
export async function saveStaff(db: Db, actor: Actor, input: CreateStaffInput): Promise<{ staffId: string }> {
  const who = authoriseManager(actor);
  const { username, name, role, siteCode = null, cityCode = null } = input;
  return db.write(async (tx) => {
    const person = await getManaged(tx, who, username);
    const moved = person.role !== role || person.siteCode !== siteCode || person.cityCode !== cityCode;
    if (moved) {
      assertNotOwn(who, person);
      assertMayGive(who, input);
      await assertPlaceExists(tx, input);
    }
    const { staff } = tables;
    const mustChangePassword = person.mustChangePassword || passwordLength(role) > passwordLength(person.role);
    await tx
      .update(staff)
      .set({ name, role, siteCode, cityCode, mustChangePassword, updatedAt: new Date() })
      .where(eq(staff.id, person.id));
    const event = { outcome: 'ok' as const, subject: person.id };
    if (moved) await recordEvent(tx, who, { ...event, action: 'staff.change_role', detail: role });
    if (person.name !== name) await recordEvent(tx, who, { ...event, action: 'staff.save' });
    return { staffId: person.id };
  });
}

import { eq } from 'drizzle-orm';
import { type Db, type Queries, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from './actor.ts';
import type { ChangeRoleInput } from './schema.ts';

/**
 * Gives a member of staff another role, site or city.
 * @returns the staff id, so that the door can forget what it remembers of this person's sessions
 * @throws DomainError FORBIDDEN (province only), STAFF_NOT_FOUND, SITE_NOT_FOUND, CITY_NOT_FOUND
 */
export async function changeRole(db: Db, actor: Actor, input: ChangeRoleInput): Promise<{ staffId: string }> {
  const who = authorise(actor, 'province');
  return db.write(async (tx) => {
    await assertPlaceExists(tx, input);
    const [changed] = await tx
      .update(tables.staff)
      .set({
        role: input.role,
        siteCode: input.siteCode ?? null,
        cityCode: input.cityCode ?? null,
        updatedAt: new Date(),
      })
      .where(eq(tables.staff.username, input.username))
      .returning({ staffId: tables.staff.id });
    if (!changed) throw new DomainError('STAFF_NOT_FOUND', '没有这个用户', 'username');
    await recordEvent(tx, who, {
      action: 'staff.change_role',
      outcome: 'ok',
      subject: changed.staffId,
      detail: input.role,
    });
    return changed;
  });
}

/** @throws DomainError SITE_NOT_FOUND, CITY_NOT_FOUND */
export async function assertPlaceExists(
  db: Pick<Queries, 'select'>,
  place: { siteCode?: string | undefined; cityCode?: string | undefined },
): Promise<void> {
  if (place.siteCode) {
    const [site] = await db.select().from(tables.sites).where(eq(tables.sites.code, place.siteCode));
    if (!site) throw new DomainError('SITE_NOT_FOUND', '没有这个接种单位', 'siteCode');
  }
  if (place.cityCode) {
    const [city] = await db.select().from(tables.cities).where(eq(tables.cities.code, place.cityCode));
    if (!city) throw new DomainError('CITY_NOT_FOUND', '没有这个城市', 'cityCode');
  }
}

/** Whom somebody who manages staff may reach, and what they may give: the province everybody, a site admin the own site. */
import { eq } from 'drizzle-orm';
import { type Queries, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { type Actor, type Authorised, authorise } from './actor.ts';
import { isSiteRole, type Place } from './schema.ts';

const { staff, sites, cities } = tables;

export type Manager = Authorised<'province' | 'site_admin'>;
export type Person = typeof staff.$inferSelect;

/** @throws DomainError FORBIDDEN (province and site_admin only) */
export const authoriseManager = (actor: Actor): Manager => authorise(actor, 'province', 'site_admin');

/**
 * A person that `who` manages. Anybody else is not found, so that usernames can't be tried out.
 * @throws DomainError STAFF_NOT_FOUND
 */
export async function getManaged(db: Pick<Queries, 'select'>, who: Manager, username: string): Promise<Person> {
  const [person] = await db.select().from(staff).where(eq(staff.username, username));
  const theirs = who.role === 'province' || (person?.siteCode === who.siteCode && isSiteRole(person.role));
  if (!person || !theirs) throw new DomainError('STAFF_NOT_FOUND', '没有这个用户', 'username');
  return person;
}

/** @throws DomainError OWN_ACCOUNT */
export function assertNotOwn(who: Manager, person: Person): void {
  if (person.id === who.id) throw new DomainError('OWN_ACCOUNT', '不能对自己的账号进行此操作');
}

/** Why `who` may not give this role and place, or null. */
export function findGivingRefusal(who: Manager, place: Place): { field: 'role' | 'siteCode'; message: string } | null {
  if (who.role === 'province') return null;
  if (!isSiteRole(place.role)) return { field: 'role', message: '只能给予接种护士或接种单位管理员角色' };
  if (place.siteCode !== who.siteCode) return { field: 'siteCode', message: '只能管理本单位的人员' };
  return null;
}

/** @throws DomainError FORBIDDEN */
export function assertMayGive(who: Manager, place: Place): void {
  const refusal = findGivingRefusal(who, place);
  if (refusal) throw new DomainError('FORBIDDEN', refusal.message, refusal.field);
}

/** @throws DomainError SITE_NOT_FOUND, CITY_NOT_FOUND */
export async function assertPlaceExists(db: Pick<Queries, 'select'>, place: Place): Promise<void> {
  if (place.siteCode) {
    const [site] = await db.select().from(sites).where(eq(sites.code, place.siteCode));
    if (!site) throw new DomainError('SITE_NOT_FOUND', '没有这个接种单位', 'siteCode');
  }
  if (place.cityCode) {
    const [city] = await db.select().from(cities).where(eq(cities.code, place.cityCode));
    if (!city) throw new DomainError('CITY_NOT_FOUND', '没有这个城市', 'cityCode');
  }
}

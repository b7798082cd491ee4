import { and, eq } from 'drizzle-orm';
import { type Db, type Transaction, tables } from '../../db/index.ts';
import { getMember, type Member, type Phone, speaksFor } from './account.ts';
import { enqueue, forget, isTold } from './enqueue.ts';
import type { CityPlatform } from './platform.ts';
import { toRecord } from './record.ts';

const { cityMembers, cityResidents } = tables;

/**
 * Consent is withdrawn: the province is told by `d`, and nothing of the resident is kept here, on this phone or on another; the same of the
 * children whose guardian it is. Whoever authenticates again gets a record of its own. A phone that knows less of the resident than
 * another (`speaksFor`) ends only what it shows itself.
 * @throws DomainError MEMBER_NOT_FOUND
 */
export async function withdraw(
  db: Db,
  city: CityPlatform,
  phone: Phone,
  { memberId }: { memberId: number },
): Promise<void> {
  await db.write(async (tx) => leave(tx, city, await getMember(tx, phone, memberId)));
}

async function leave(tx: Transaction, city: CityPlatform, member: Member & { family: Member[] }): Promise<void> {
  const { resident, family } = member;
  if (speaksFor(member, family)) return end(tx, city, resident);
  // A guardian's children go from the phone with the guardian.
  const gone = family.filter((each) => each.resident.id === resident.id || each.member.consentedBy === resident.id);
  for (const each of gone) {
    const { accountId, residentId } = cityMembers;
    await tx.delete(cityMembers).where(and(eq(accountId, each.member.accountId), eq(residentId, each.resident.id)));
    const others = await tx.select().from(cityMembers).where(eq(residentId, each.resident.id)).limit(1);
    // What is on no phone any more is not kept.
    if (others.length === 0) await end(tx, city, each.resident);
  }
}

async function end(tx: Transaction, city: CityPlatform, resident: Member['resident']): Promise<void> {
  const children = await tx.select().from(cityResidents).where(eq(cityResidents.guardianId, resident.id));
  for (const child of children) await end(tx, city, child);
  await tx.delete(cityMembers).where(eq(cityMembers.consentedBy, resident.id));
  await forget(tx, resident.recordId);
  if (await isTold(tx, resident.recordId)) await enqueue(tx, toRecord(city.config, resident), 'd');
  await tx.delete(cityResidents).where(eq(cityResidents.id, resident.id));
}

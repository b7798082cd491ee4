import { and, eq } from 'drizzle-orm';
import { type Db, type Transaction, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { getMember, isChild, type Phone } from './account.ts';
import { enqueue, isTold } from './enqueue.ts';
import type { CityPlatform } from './platform.ts';
import { toRecord } from './record.ts';
import { judge } from './verify-identity.ts';

const { cityMembers, cityResidents } = tables;
type Resident = typeof cityResidents.$inferSelect;

/**
 * Another phone number, verified like the first (method 2); of a guardian, it is the children's, too.
 * @throws DomainError MEMBER_NOT_FOUND, BAD_INPUT (a child's), TOO_MANY_TRIES, IDENTITY_MISMATCH, IDENTITY_UNAVAILABLE
 */
export async function changePhone(
  db: Db,
  city: CityPlatform,
  phone: Phone,
  input: { memberId: number; phone: string },
): Promise<void> {
  const { resident } = await getMember(db.read, phone, input.memberId);
  if (isChild(resident.birthday)) {
    throw new DomainError('BAD_INPUT', '儿童的手机号是监护人的:请更换监护人的手机号', 'memberId');
  }
  const giveBack = city.tries.take(phone, resident);
  const verification = judge(await city.source.verify({ ...resident, phone: input.phone }, ['2']), ['2']);
  if (verification.outcome === 'mismatch') {
    throw new DomainError('IDENTITY_MISMATCH', '姓名、证件号码或手机号不一致,请核对后再试', 'phone');
  }
  giveBack();
  if (verification.outcome !== 'passed') {
    throw new DomainError('IDENTITY_UNAVAILABLE', '实名认证服务暂不可用,请稍后再试');
  }
  await db.write(async (tx) => {
    const { resident: still, member } = await getMember(tx, phone, input.memberId);
    // It is verified by now, whatever it was before.
    await change(tx, city, still, { phone: input.phone, methods: withPhone(still.methods) });
    const { accountId, residentId } = cityMembers;
    await tx
      .update(cityMembers)
      .set({ methods: withPhone(member.methods) })
      .where(and(eq(accountId, member.accountId), eq(residentId, still.id)));
    const children = await tx.select().from(cityResidents).where(eq(cityResidents.guardianId, still.id));
    for (const child of children) await change(tx, city, child, { phone: input.phone });
  });
}

const withPhone = (methods: string) => [...new Set([...methods.split('^'), '2'])].sort().join('^');

async function change(
  tx: Transaction,
  city: CityPlatform,
  resident: Resident,
  to: Partial<Pick<Resident, 'phone' | 'methods'>>,
): Promise<void> {
  const changed = { ...resident, ...to };
  if (changed.phone === resident.phone && changed.methods === resident.methods) return;
  await tx.update(cityResidents).set(to).where(eq(cityResidents.id, resident.id));
  const told = await isTold(tx, resident.recordId);
  await enqueue(tx, toRecord(city.config, changed), told ? 'u' : 'i');
}

import { and, desc, eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { maskName } from '../records/mask.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiDay, shanghaiTime } from '../time.ts';

const { vouchers } = tables;
const RECENT = 5;

/**
 * What stands at the edge of the nurse's screen: how many vouchers she issued today and the last few, names masked.
 * @throws DomainError FORBIDDEN (nurse only)
 */
export async function today(db: Db, actor: Actor) {
  const nurse = authorise(actor, 'nurse');
  const mine = and(eq(vouchers.issuedBy, nurse.id), eq(vouchers.day, shanghaiDay(new Date())));
  const [count, recent] = await Promise.all([
    db.read.$count(vouchers, mine),
    db.read
      .select()
      .from(vouchers)
      .where(mine)
      .orderBy(desc(vouchers.issuedAt), desc(vouchers.voucherNo))
      .limit(RECENT),
  ]);
  return {
    count,
    recent: recent.map((row) => ({
      voucherNo: row.voucherNo,
      name: maskName(row.snapshot.name),
      // Hours and minutes are enough at the edge of the screen.
      issuedAt: shanghaiTime(new Date(row.issuedAt)).slice(11, 16),
      printCount: row.printCount,
      voided: row.voidedAt !== null,
    })),
  };
}

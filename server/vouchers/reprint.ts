import { eq, sql } from 'drizzle-orm';
import { type Db, type Transaction, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { findRefusal, getSite, getVoucher, toVoucher, type VoucherRow } from './find.ts';
import type { Voucher } from './schema.ts';

/**
 * Counts one more print of a voucher of the own site, today's and still good.
 * @throws DomainError FORBIDDEN (nurse, site_admin), VOUCHER_NOT_FOUND, VOUCHER_VOIDED, VOUCHER_EXPIRED,
 *   RESIDENT_NOT_AUTHENTICATED
 */
export async function reprintVoucher(db: Db, actor: Actor, input: { voucherNo: string }): Promise<Voucher> {
  const who = authorise(actor, 'nurse', 'site_admin');
  const outcome = await db.write(async (tx) => {
    const row = await getVoucher(tx, who.siteCode, input.voucherNo);
    const refusal = await findRefusal(tx, row);
    if (refusal) {
      await recordEvent(tx, who, { action: 'voucher.reprint', outcome: refusal.code, subject: row.voucherNo });
      return refusal;
    }
    return toVoucher(await countPrint(tx, who, row), await getSite(tx, row.siteCode));
  });
  if (outcome instanceof DomainError) throw outcome;
  return outcome;
}

export async function countPrint(tx: Transaction, actor: Actor, row: VoucherRow): Promise<VoucherRow> {
  const { vouchers } = tables;
  const [counted] = await tx
    .update(vouchers)
    .set({ printCount: sql`${vouchers.printCount} + 1` })
    .where(eq(vouchers.voucherNo, row.voucherNo))
    .returning({ printCount: vouchers.printCount });
  await recordEvent(tx, actor, { action: 'voucher.reprint', outcome: 'ok', subject: row.voucherNo });
  return { ...row, printCount: counted?.printCount ?? row.printCount + 1 };
}

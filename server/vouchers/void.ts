import { eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { getVoucher } from './find.ts';

/**
 * Voids a voucher of the own site; its number stays used, its resident may get a new one.
 * @throws DomainError FORBIDDEN (site_admin only), VOUCHER_NOT_FOUND, VOUCHER_VOIDED (already)
 */
export async function voidVoucher(db: Db, actor: Actor, input: { voucherNo: string; reason: string }) {
  const admin = authorise(actor, 'site_admin');
  return db.write(async (tx) => {
    const row = await getVoucher(tx, admin.siteCode, input.voucherNo);
    if (row.voidedAt) throw new DomainError('VOUCHER_VOIDED', '该凭证已经作废', 'voucherNo');
    await tx
      .update(tables.vouchers)
      .set({ voidedAt: new Date().toISOString(), voidedBy: admin.id, voidReason: input.reason })
      .where(eq(tables.vouchers.voucherNo, row.voucherNo));
    await recordEvent(tx, admin, { action: 'voucher.void', outcome: 'ok', subject: row.voucherNo });
    return { voucherNo: row.voucherNo };
  });
}

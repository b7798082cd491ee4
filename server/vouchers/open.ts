import type { Db } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { findRefusal, getSite, getVoucher, toVoucher } from './find.ts';
import type { Voucher } from './schema.ts';

/** A voucher that may be printed, or its number and why it may not: then nothing of the resident leaves. */
export type OpenedVoucher =
  | { printable: true; voucher: Voucher }
  | { printable: false; voucherNo: string; code: string; reason: string };

/**
 * Opens a voucher of the own site, by its address.
 * @throws DomainError FORBIDDEN (nurse, site_admin), VOUCHER_NOT_FOUND
 */
export async function openVoucher(db: Db, actor: Actor, input: { voucherNo: string }): Promise<OpenedVoucher> {
  const who = authorise(actor, 'nurse', 'site_admin');
  const row = await getVoucher(db.read, who.siteCode, input.voucherNo);
  const refusal = await findRefusal(db.read, row);
  const site = await getSite(db.read, row.siteCode);
  await db.write((tx) =>
    recordEvent(tx, who, { action: 'voucher.open', outcome: refusal?.code ?? 'ok', subject: row.voucherNo }),
  );
  return refusal
    ? { printable: false, voucherNo: row.voucherNo, code: refusal.code, reason: refusal.message }
    : { printable: true, voucher: toVoucher(row, site) };
}

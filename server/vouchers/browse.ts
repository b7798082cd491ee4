import { and, asc, type Column, desc, eq, gt, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { maskName } from '../records/mask.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiDay, shanghaiTime } from '../time.ts';
import { findSiteCode, type VoucherRow } from './find.ts';
import { type BrowseVouchersInput, VOUCHERS_OF_A_RECORD, VOUCHERS_PER_PAGE } from './schema.ts';

const { vouchers } = tables;

/**
 * Vouchers of a day, names masked, by pages: the own site's, or any site's or all for the province. Of a site they go by serial, 9999
 * at most; of the province by time, through the index of who issued, of the voided ones, or of the day.
 * @param input.day `yyyy-MM-dd`, today if left out
 * @throws DomainError FORBIDDEN (site_admin, province; another site than the own), VOUCHER_NOT_FOUND (cursor)
 */
export async function browseVouchers(db: Db, actor: Actor, input: BrowseVouchersInput) {
  const who = authorise(actor, 'site_admin', 'province');
  const siteCode = findSiteCode(who, input.siteCode);
  const day = input.day ?? shanghaiDay(new Date());
  const last = input.cursor === undefined ? undefined : await getLast(db, siteCode, input.cursor);
  const step = input.order === 'oldest' ? asc : desc;
  const keys: Column[] = siteCode ? [vouchers.serial] : [vouchers.issuedAt, vouchers.voucherNo];
  const rows = await db.read
    .select()
    .from(vouchers)
    .where(
      and(
        siteCode ? eq(vouchers.siteCode, siteCode) : undefined,
        eq(vouchers.day, day),
        input.state === 'live' ? isNull(vouchers.voidedAt) : undefined,
        input.state === 'voided' ? isNotNull(vouchers.voidedAt) : undefined,
        input.issuedBy === undefined ? undefined : isIssuedBy(input.issuedBy, siteCode),
        last && behind(last, siteCode, input.order),
      ),
    )
    .orderBy(...keys.map(step))
    .limit(VOUCHERS_PER_PAGE + 1);
  await db.write((tx) =>
    recordEvent(tx, who, {
      action: 'voucher.browse',
      outcome: 'ok',
      detail: day,
      ...(who.role === 'province' && siteCode ? { subject: siteCode } : {}),
    }),
  );
  const items = rows.slice(0, VOUCHERS_PER_PAGE).map(toRow);
  return { day, items, nextCursor: rows.length > VOUCHERS_PER_PAGE ? (items.at(-1)?.voucherNo ?? null) : null };
}

/**
 * The vouchers that were issued on a record, newest first, names masked.
 * @throws DomainError FORBIDDEN (province only)
 */
export async function browseVouchersOfRecord(db: Db, actor: Actor, input: { id: string }) {
  const who = authorise(actor, 'province');
  const rows = await db.read
    .select()
    .from(vouchers)
    .where(eq(vouchers.recordId, input.id))
    .orderBy(desc(vouchers.issuedAt))
    .limit(VOUCHERS_OF_A_RECORD);
  await db.write((tx) => recordEvent(tx, who, { action: 'voucher.browse', outcome: 'ok', subject: input.id }));
  return rows.map(toRow);
}

/** @throws DomainError VOUCHER_NOT_FOUND */
async function getLast(db: Db, siteCode: string | null, voucherNo: string): Promise<VoucherRow> {
  const [row] = await db.read.select().from(vouchers).where(eq(vouchers.voucherNo, voucherNo));
  if (!row || (siteCode && row.siteCode !== siteCode)) {
    throw new DomainError('VOUCHER_NOT_FOUND', '没有这张凭证', 'cursor');
  }
  return row;
}

/** Within a site its serials lead, and the index of who issued must not, which would have to be sorted. */
const isIssuedBy = (staffId: string, siteCode: string | null): SQL =>
  siteCode ? eq(sql`coalesce(${vouchers.issuedBy}, '')`, staffId) : eq(vouchers.issuedBy, staffId);

/** Rows that stand behind `last` in the list's order. */
function behind(last: VoucherRow, siteCode: string | null, order: BrowseVouchersInput['order']): SQL {
  if (siteCode) return order === 'oldest' ? gt(vouchers.serial, last.serial) : lt(vouchers.serial, last.serial);
  const [here, there] = [
    sql`(${vouchers.issuedAt}, ${vouchers.voucherNo})`,
    sql`(${last.issuedAt}, ${last.voucherNo})`,
  ];
  return order === 'oldest' ? sql`${here} > ${there}` : sql`${here} < ${there}`;
}

const toRow = (row: VoucherRow) => ({
  voucherNo: row.voucherNo,
  siteCode: row.siteCode,
  siteName: row.snapshot.siteName,
  name: maskName(row.snapshot.name),
  issuedAt: shanghaiTime(new Date(row.issuedAt)),
  issuedByName: row.snapshot.issuedByName,
  printCount: row.printCount,
  voidReason: row.voidReason,
});

import { and, desc, eq, isNotNull, isNull, lt } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { maskName } from '../records/mask.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiDay, shanghaiTime } from '../time.ts';
import { type BrowseVouchersInput, VOUCHERS_PER_PAGE } from './schema.ts';

const { vouchers } = tables;

/**
 * The own site's vouchers of a day, newest first, names masked; pages by serial. The filter looks at a site's day, 9999 rows at
 * most.
 * @param input.day `yyyy-MM-dd`, today if left out
 * @throws DomainError FORBIDDEN (site_admin only)
 */
export async function browseVouchers(db: Db, actor: Actor, input: BrowseVouchersInput) {
  const admin = authorise(actor, 'site_admin');
  const day = input.day ?? shanghaiDay(new Date());
  const rows = await db.read
    .select()
    .from(vouchers)
    .where(
      and(
        eq(vouchers.siteCode, admin.siteCode),
        eq(vouchers.day, day),
        input.state === 'live' ? isNull(vouchers.voidedAt) : undefined,
        input.state === 'voided' ? isNotNull(vouchers.voidedAt) : undefined,
        input.cursor ? lt(vouchers.serial, input.cursor) : undefined,
      ),
    )
    .orderBy(desc(vouchers.serial))
    .limit(VOUCHERS_PER_PAGE + 1);
  await db.write((tx) => recordEvent(tx, admin, { action: 'voucher.browse', outcome: 'ok', detail: day }));
  const items = rows.slice(0, VOUCHERS_PER_PAGE).map((row) => ({
    voucherNo: row.voucherNo,
    serial: row.serial,
    name: maskName(row.snapshot.name),
    issuedAt: shanghaiTime(new Date(row.issuedAt)),
    issuedByName: row.snapshot.issuedByName,
    printCount: row.printCount,
    voidReason: row.voidReason,
  }));
  return { day, items, nextCursor: rows.length > VOUCHERS_PER_PAGE ? (items.at(-1)?.serial ?? null) : null };
}

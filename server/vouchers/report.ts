import { and, asc, eq } from 'drizzle-orm';
import { type Db, isOneOf, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiDay, shanghaiTime } from '../time.ts';
import { getSite } from './find.ts';

const { vouchers, staff } = tables;

/** Counts of some of a day's vouchers. */
export interface VoucherCounts {
  issued: number;
  voided: number;
  /** Prints beyond the first of each. */
  reprints: number;
}

/**
 * A site's day for the files: vouchers by hour and by who issued them, and each void with its reason. Names no resident.
 * @param input.day `yyyy-MM-dd`, today if left out
 * @throws DomainError FORBIDDEN (site_admin only)
 */
export async function reportDay(db: Db, actor: Actor, input: { day?: string | undefined }) {
  const admin = authorise(actor, 'site_admin');
  const now = new Date();
  const day = input.day ?? shanghaiDay(now);
  const site = await getSite(db.read, admin.siteCode);
  const rows = await db.read
    .select({
      voucherNo: vouchers.voucherNo,
      issuedAt: vouchers.issuedAt,
      issuedBy: vouchers.issuedBy,
      printCount: vouchers.printCount,
      voidedAt: vouchers.voidedAt,
      voidedBy: vouchers.voidedBy,
      voidReason: vouchers.voidReason,
    })
    .from(vouchers)
    .where(and(eq(vouchers.siteCode, site.code), eq(vouchers.day, day)))
    .orderBy(asc(vouchers.serial));
  const nameOf = await namesOf(
    db,
    rows.flatMap(({ issuedBy, voidedBy }) => (voidedBy ? [issuedBy, voidedBy] : [issuedBy])),
  );
  await db.write((tx) => recordEvent(tx, admin, { action: 'voucher.report', outcome: 'ok', detail: day }));

  type Row = (typeof rows)[number];
  const groupedBy = (keyOf: (row: Row) => string) => {
    const groups = new Map<string, Row[]>();
    for (const row of rows) {
      const group = groups.get(keyOf(row));
      if (group) group.push(row);
      else groups.set(keyOf(row), [row]);
    }
    return [...groups].map(([key, group]) => ({ key, ...countVouchers(group) }));
  };
  return {
    siteCode: site.code,
    siteName: site.name,
    day,
    madeAt: shanghaiTime(now),
    madeBy: admin.name,
    first: rows[0]?.voucherNo ?? null,
    last: rows.at(-1)?.voucherNo ?? null,
    total: countVouchers(rows),
    /** Key: the hour, `09`. */
    byHour: groupedBy(({ issuedAt }) => shanghaiTime(new Date(issuedAt)).slice(11, 13)),
    /** Key: the staff id. */
    byPerson: groupedBy(({ issuedBy }) => issuedBy).map((group) => ({ ...group, name: nameOf(group.key) })),
    voids: rows.flatMap(({ voucherNo, voidedAt, voidedBy, voidReason }) =>
      voidedAt
        ? [
            {
              voucherNo,
              at: shanghaiTime(new Date(voidedAt)),
              byName: nameOf(voidedBy ?? ''),
              reason: voidReason ?? '',
            },
          ]
        : [],
    ),
  };
}

function countVouchers(rows: { printCount: number; voidedAt: string | null }[]): VoucherCounts {
  return {
    issued: rows.length,
    voided: rows.filter(({ voidedAt }) => voidedAt !== null).length,
    reprints: rows.reduce((sum, { printCount }) => sum + printCount - 1, 0),
  };
}

async function namesOf(db: Db, ids: string[]): Promise<(id: string) => string> {
  const people = await db.read
    .select({ id: staff.id, name: staff.name })
    .from(staff)
    .where(isOneOf(staff.id, [...new Set(ids)]));
  const names = new Map(people.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
}

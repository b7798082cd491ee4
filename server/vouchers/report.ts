import { and, asc, eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiDay, shanghaiTime } from '../time.ts';
import { findSiteCode, getSite, namesOf, needsSite } from './find.ts';

const { vouchers } = tables;

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
 * @param input.siteCode the own site if left out; the province must name one
 * @throws DomainError FORBIDDEN (site_admin of the site, province), BAD_INPUT (no site), SITE_NOT_FOUND
 */
export async function reportDay(
  db: Db,
  actor: Actor,
  input: { day?: string | undefined; siteCode?: string | undefined },
) {
  const who = authorise(actor, 'site_admin', 'province');
  const now = new Date();
  const day = input.day ?? shanghaiDay(now);
  const site = await getSite(db.read, findSiteCode(who, input.siteCode) ?? needsSite());
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
  await db.write((tx) =>
    recordEvent(tx, who, { action: 'voucher.report', outcome: 'ok', subject: site.code, detail: day }),
  );

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
    madeBy: who.name,
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

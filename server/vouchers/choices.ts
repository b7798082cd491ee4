/** What the voucher list's filter offers. */
import { and, eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiDay } from '../time.ts';
import { findSiteCode, namesOf, needsSite } from './find.ts';

const { vouchers } = tables;

/**
 * Who issued vouchers at a site on a day, by name.
 * @param input.day `yyyy-MM-dd`, today if left out
 * @throws DomainError FORBIDDEN (site_admin of the site, province), BAD_INPUT (province without a site)
 */
export async function listIssuers(
  db: Db,
  actor: Actor,
  input: { day?: string | undefined; siteCode?: string | undefined },
) {
  const who = authorise(actor, 'site_admin', 'province');
  const siteCode = findSiteCode(who, input.siteCode) ?? needsSite();
  const day = input.day ?? shanghaiDay(new Date());
  // 9999 rows at most; to group them in SQL would sort them.
  const rows = await db.read
    .select({ issuedBy: vouchers.issuedBy })
    .from(vouchers)
    .where(and(eq(vouchers.siteCode, siteCode), eq(vouchers.day, day)));
  const ids = [...new Set(rows.map(({ issuedBy }) => issuedBy))];
  const nameOf = await namesOf(db, ids);
  return ids.map((id) => ({ id, name: nameOf(id) })).sort((a, b) => a.name.localeCompare(b.name, 'zh-CN'));
}

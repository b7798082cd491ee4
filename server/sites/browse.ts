import { and, asc, eq, gt, gte, lt, lte, type SQL, sql } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { divisionPath } from '../dictionaries/dictionaries.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { type BrowseSitesInput, SITES_PER_PAGE } from './schema.ts';

const { sites } = tables;

/**
 * Sites in the order of the index that the filter goes through: by name for a beginning of the name, by division for a city,
 * else by code. A site admin sees the own one.
 * @throws DomainError FORBIDDEN (province and site_admin only), SITE_NOT_FOUND (the cursor)
 */
export async function browseSites(db: Db, actor: Actor, input: BrowseSitesInput) {
  const who = authorise(actor, 'province', 'site_admin');
  const column = input.name ? sites.name : input.cityCode ? sites.divisionCode : null;
  const rows = await db.read
    .select()
    .from(sites)
    .where(
      and(
        who.role === 'site_admin' ? eq(sites.code, who.siteCode ?? '') : undefined,
        input.name ? and(gte(sites.name, input.name), lt(sites.name, `${input.name}\u{10FFFF}`)) : undefined,
        input.cityCode ? inCity(input.cityCode, Boolean(input.name)) : undefined,
        input.cursor ? await after(db, input.cursor, column) : undefined,
      ),
    )
    .orderBy(...(column ? [asc(column)] : []), asc(sites.code))
    .limit(SITES_PER_PAGE + 1);
  const items = rows.slice(0, SITES_PER_PAGE).map((site) => ({
    ...site,
    /** Null for sites that were made without a division. */
    divisionName: site.divisionCode && divisionPath(site.divisionCode),
  }));
  return { items, nextCursor: rows.length > SITES_PER_PAGE ? (items.at(-1)?.code ?? null) : null };
}

/** @param byName the list goes by name: then the division must not tempt the database to its own index, and to sorting */
function inCity(cityCode: string, byName: boolean): SQL | undefined {
  const division = byName ? sql`(${sites.divisionCode} || '')` : sql`${sites.divisionCode}`;
  return and(gte(division, `${cityCode}00`), lte(division, `${cityCode}99`));
}

/** Sites that stand behind one in the list's order. */
async function after(
  db: Db,
  code: string,
  column: typeof sites.name | typeof sites.divisionCode | null,
): Promise<SQL | undefined> {
  if (!column) return gt(sites.code, code);
  const [last] = await db.read.select({ key: column }).from(sites).where(eq(sites.code, code));
  if (!last) throw new DomainError('SITE_NOT_FOUND', '没有这个接种单位', 'cursor');
  return sql`(${column}, ${sites.code}) > (${last.key}, ${code})`;
}

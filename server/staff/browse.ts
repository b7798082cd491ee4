import { and, asc, eq, gt, gte, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { shanghaiTime } from '../time.ts';
import type { Actor } from './actor.ts';
import type { Lockout } from './lockout.ts';
import { authoriseManager } from './reach.ts';
import { type BrowseStaffInput, STAFF_PER_PAGE } from './schema.ts';

const { staff, sites, cities } = tables;

/**
 * Staff by username, or by name for a beginning of the name: everybody for the province, the own site's for a site admin.
 * @throws DomainError FORBIDDEN, STAFF_NOT_FOUND (the cursor)
 */
export async function browseStaff(db: Db, lockout: Pick<Lockout, 'left'>, actor: Actor, input: BrowseStaffInput) {
  const who = authoriseManager(actor);
  const byName = input.search?.by === 'name';
  const siteCode = who.role === 'site_admin' ? (who.siteCode ?? '') : input.siteCode;
  const filters = filtersOf({ ...input, siteCode }, byName);
  const rows = await db.read
    .select({ person: staff, siteName: sites.name, cityName: cities.name })
    .from(staff)
    .leftJoin(sites, eq(sites.code, staff.siteCode))
    .leftJoin(cities, eq(cities.code, staff.cityCode))
    .where(and(...filters, input.cursor ? await after(db, input.cursor, byName) : undefined))
    .orderBy(...(byName ? [asc(staff.name)] : []), asc(staff.username))
    .limit(STAFF_PER_PAGE + 1);
  const shown = rows.slice(0, STAFF_PER_PAGE);
  const waits = await lockout.left(shown.map(({ person }) => person.username));
  const items = shown.map(({ person, siteName, cityName }, at) => ({
    username: person.username,
    name: person.name,
    role: person.role,
    siteCode: person.siteCode,
    siteName,
    cityCode: person.cityCode,
    cityName,
    lockedAt: person.lockedAt && shanghaiTime(new Date(person.lockedAt)),
    /** Seconds that the name still waits after too many failures; 0: not at all. */
    waitSeconds: waits[at] ?? 0,
    twoFactorEnabled: person.twoFactorEnabled,
  }));
  return { items, nextCursor: rows.length > STAFF_PER_PAGE ? (items.at(-1)?.username ?? null) : null };
}

/**
 * One filter leads the list through its index: the name, else the narrowest place. As expressions, the others don't tempt the
 * database to their own indexes: to sorting, or to all nurses of the province for those of a site.
 */
function filtersOf({ role, siteCode, cityCode, locked, search }: BrowseStaffInput, byName: boolean) {
  const leading = byName ? staff.name : siteCode ? staff.siteCode : cityCode ? staff.cityCode : staff.role;
  const equals = (column: typeof staff.role | typeof staff.siteCode | typeof staff.cityCode, value?: string) => {
    if (value === undefined) return undefined;
    return column === leading ? sql`${column} = ${value}` : sql`(${column} || '') = ${value}`;
  };
  const lockedAt = byName ? sql`(${staff.lockedAt} || '')` : staff.lockedAt;
  return [
    equals(staff.role, role),
    equals(staff.siteCode, siteCode),
    equals(staff.cityCode, cityCode),
    locked === undefined ? undefined : locked ? isNotNull(lockedAt) : isNull(lockedAt),
    search && beginsWith(byName ? staff.name : staff.username, byName ? search.text : search.text.toLowerCase()),
  ];
}

/** A range instead of LIKE: it uses the index in SQLite and in PostgreSQL alike. */
function beginsWith(column: typeof staff.name | typeof staff.username, text: string): SQL | undefined {
  return and(gte(column, text), lt(column, `${text}\u{10FFFF}`));
}

/** People who stand behind one in the list's order. */
async function after(db: Db, username: string, byName: boolean): Promise<SQL | undefined> {
  if (!byName) return gt(staff.username, username);
  const [last] = await db.read.select({ name: staff.name }).from(staff).where(eq(staff.username, username));
  if (!last) throw new DomainError('STAFF_NOT_FOUND', '没有这个用户', 'cursor');
  return sql`(${staff.name}, ${staff.username}) > (${last.name}, ${username})`;
}

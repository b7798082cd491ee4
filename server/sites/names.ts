import { and, asc, gte, lt } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { SITES_OFFERED } from './schema.ts';

const { sites } = tables;

/**
 * Sites whose code or name begins with a text, twenty at most.
 * @throws DomainError FORBIDDEN (province only)
 */
export async function listSiteNames(db: Db, actor: Actor, { text }: { text: string }) {
  authorise(actor, 'province');
  const { code, name } = sites;
  // A range instead of LIKE: it uses the index in SQLite and in PostgreSQL alike.
  const [from, to] = [text, `${text}\u{10FFFF}`];
  const columns = { code, name };
  const byName = await db.read
    .select(columns)
    .from(sites)
    .where(and(gte(name, from), lt(name, to)))
    .orderBy(asc(name), asc(code))
    .limit(SITES_OFFERED);
  const byCode = /^\d+$/.test(text)
    ? await db.read
        .select(columns)
        .from(sites)
        .where(and(gte(code, from), lt(code, to)))
        .orderBy(asc(code))
        .limit(SITES_OFFERED)
    : [];
  const found = new Map([...byCode, ...byName].map((site) => [site.code, site]));
  return [...found.values()].slice(0, SITES_OFFERED);
}

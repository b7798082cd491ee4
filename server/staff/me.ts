import { eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import type { Actor } from './actor.ts';

/** Who is working, for the edge of every page, and what the site's settings ask of it. Any role. */
export async function me(db: Db, actor: Actor) {
  const [site] = actor.siteCode
    ? await db.read.select().from(tables.sites).where(eq(tables.sites.code, actor.siteCode))
    : [];
  return {
    name: actor.name,
    username: actor.username,
    role: actor.role,
    siteCode: actor.siteCode,
    siteName: site?.name ?? null,
    kioskPrinting: site?.kioskPrinting ?? false,
    /** 0: never. */
    idleLockMinutes: site?.idleLockMinutes ?? 0,
  };
}

import { eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import type { SystemActor } from './actor.ts';
import type { CreateSiteInput } from './schema.ts';

/**
 * Adds a vaccination site, with the paper its printer takes.
 * @throws DomainError SITE_TAKEN
 */
export async function createSite(db: Db, actor: SystemActor, input: CreateSiteInput): Promise<void> {
  const { sites } = tables;
  await db.write(async (tx) => {
    const [taken] = await tx.select().from(sites).where(eq(sites.code, input.code));
    if (taken) throw new DomainError('SITE_TAKEN', '该编码的接种单位已存在', 'code');
    await tx.insert(sites).values(input);
    await recordEvent(tx, actor, { action: 'site.create', outcome: 'ok', subject: input.code });
  });
}

import { eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { assertDivision } from './create.ts';
import type { SaveSiteInput } from './schema.ts';

/**
 * Changes a site; its code stays. What was printed keeps the name that it was printed with.
 * @throws DomainError FORBIDDEN (province only), BAD_INPUT (a division that is none), SITE_NOT_FOUND
 */
export async function saveSite(db: Db, actor: Actor, input: SaveSiteInput): Promise<void> {
  const who = authorise(actor, 'province');
  assertDivision(input.divisionCode);
  const { code, ...settings } = input;
  await db.write(async (tx) => {
    const [saved] = await tx.update(tables.sites).set(settings).where(eq(tables.sites.code, code)).returning();
    if (!saved) throw new DomainError('SITE_NOT_FOUND', '没有这个接种单位', 'code');
    await recordEvent(tx, who, { action: 'site.save', outcome: 'ok', subject: code });
  });
}

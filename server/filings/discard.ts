import { eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { getFiling } from './find.ts';
import { mayDiscard } from './schema.ts';

/**
 * Deletes a draft that was never submitted, with its pictures. What was submitted once stays on file.
 * @throws DomainError FORBIDDEN (city only), FILING_NOT_FOUND, FILING_LOCKED (submitted once)
 */
export async function discardFiling(db: Db, actor: Actor, input: { id: number }): Promise<{ id: number }> {
  const who = authorise(actor, 'city');
  return db.write(async (tx) => {
    const filing = await getFiling(tx, who, input.id);
    if (!mayDiscard(filing)) throw new DomainError('FILING_LOCKED', '申请提交过,不能删除');
    await tx.delete(tables.filingFiles).where(eq(tables.filingFiles.filingId, filing.id));
    await tx.delete(tables.filings).where(eq(tables.filings.id, filing.id));
    await recordEvent(tx, who, { action: 'filing.discard', outcome: 'ok', subject: String(filing.id) });
    return { id: filing.id };
  });
}

import { eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { getFiling } from './find.ts';
import { type FilingFormInput, isEditable } from './schema.ts';

const { filings } = tables;

/**
 * Begins a filing of the own city as a draft.
 * @returns its id
 * @throws DomainError FORBIDDEN (city only)
 */
export async function createFiling(db: Db, actor: Actor, input: FilingFormInput): Promise<{ id: number }> {
  const who = authorise(actor, 'city');
  const { appName, ...form } = input;
  return db.write(async (tx) => {
    const [created] = await tx
      .insert(filings)
      .values({
        cityCode: cityOf(who),
        state: 'draft',
        appName,
        form,
        version: 0,
        updatedAt: new Date().toISOString(),
      })
      .returning({ id: filings.id });
    if (!created) throw new Error('no filing was inserted');
    await recordEvent(tx, who, { action: 'filing.create', outcome: 'ok', subject: String(created.id) });
    return created;
  });
}

/**
 * Writes the form of a draft, or of a filing that was returned. Fields may still be empty.
 * @throws DomainError FORBIDDEN (city only), FILING_NOT_FOUND, FILING_LOCKED (submitted or decided)
 */
export async function saveFiling(
  db: Db,
  actor: Actor,
  input: { id: number } & FilingFormInput,
): Promise<{ id: number; updatedAt: string }> {
  const who = authorise(actor, 'city');
  const { id, appName, ...form } = input;
  return db.write(async (tx) => {
    assertEditable(await getFiling(tx, who, id));
    const updatedAt = new Date().toISOString();
    await tx.update(filings).set({ appName, form, updatedAt }).where(eq(filings.id, id));
    await recordEvent(tx, who, { action: 'filing.save', outcome: 'ok', subject: String(id) });
    return { id, updatedAt };
  });
}

/** @throws DomainError FILING_LOCKED */
export function assertEditable(filing: { state: Parameters<typeof isEditable>[0] }): void {
  if (!isEditable(filing.state)) throw new DomainError('FILING_LOCKED', '申请已提交,撤回后才能修改');
}

function cityOf(who: Actor): string {
  if (!who.cityCode) throw new DomainError('FORBIDDEN', '您的账号没有所属城市');
  return who.cityCode;
}

import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { isCurrentDivision } from '../dictionaries/dictionaries.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise, type SystemActor } from '../staff/actor.ts';
import type { CreateSiteInput } from './schema.ts';

/** The operator's command may leave the division out; the province's page then asks for it. */
export type NewSite = Omit<CreateSiteInput, 'divisionCode'> & { divisionCode?: string | undefined };

/**
 * Adds a vaccination site, with the paper its printer takes and the codes it accepts.
 * @throws DomainError FORBIDDEN (province only), BAD_INPUT (a division that is none), SITE_TAKEN
 */
export async function createSite(db: Db, actor: Actor | SystemActor, input: NewSite): Promise<void> {
  if (actor.kind === 'staff') authorise(actor, 'province');
  assertDivision(input.divisionCode);
  await db.write(async (tx) => {
    const [added] = await tx.insert(tables.sites).values(input).onConflictDoNothing().returning();
    if (!added) throw new DomainError('SITE_TAKEN', '该编码的接种单位已存在', 'code');
    await recordEvent(tx, actor, { action: 'site.create', outcome: 'ok', subject: input.code });
  });
}

/** @throws DomainError BAD_INPUT */
export function assertDivision(code: string | undefined): void {
  if (code === undefined || isCurrentDivision(code)) return;
  throw new DomainError('BAD_INPUT', '行政区划代码表中没有这个区县', 'divisionCode');
}

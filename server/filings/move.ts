import { and, eq, isNull } from 'drizzle-orm';
import { type Db, type Transaction, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { type Filing, getFiling, listFiles } from './find.ts';
import { nextNumbers } from './numbers.ts';
import { FILING_MOVES, FORM_LABELS, type FormField, type MoveFilingInput } from './schema.ts';

const { filings, filingMoves, filingVersions, filingFiles } = tables;

/**
 * Moves a filing on its way, as {@link FILING_MOVES} allows: submit keeps a version, approve gives the numbers, recall and
 * return void the stamped scan, since the next version is stamped anew.
 * @throws DomainError FORBIDDEN, FILING_NOT_FOUND, MOVE_NOT_ALLOWED (not from this state), FILING_INCOMPLETE (names the field)
 */
export async function moveFiling(db: Db, actor: Actor, input: MoveFilingInput) {
  const rule = FILING_MOVES[input.move];
  const who = authorise(actor, rule.by);
  return db.write(async (tx) => {
    const filing = await getFiling(tx, who, input.id);
    if (!(rule.from as readonly string[]).includes(filing.state)) {
      throw new DomainError('MOVE_NOT_ALLOWED', `申请的状态已改变,不能${rule.label},请刷新后再看`);
    }
    const now = new Date();
    const at = now.toISOString();
    const opinion = rule.opinion ? (input.opinion ?? null) : null;
    const change: Partial<Filing> = { state: rule.to, updatedAt: at };
    if (input.move === 'submit') change.version = await keepVersion(tx, filing, at);
    if (input.move === 'hand_in') await assertStamped(tx, filing);
    if (input.move === 'recall' || input.move === 'return') await voidStamped(tx, filing, at);
    if (input.move === 'approve') Object.assign(change, await nextNumbers(tx, filing.cityCode, now));
    // The form shows the decision on what was submitted last; why an approval was revoked stands in the way.
    if (input.move === 'submit') change.opinion = null;
    if (rule.opinion && input.move !== 'revoke') change.opinion = opinion;
    await tx.update(filings).set(change).where(eq(filings.id, filing.id));
    await tx.insert(filingMoves).values({
      filingId: filing.id,
      at,
      move: input.move,
      from: filing.state,
      to: rule.to,
      version: change.version ?? filing.version,
      actor: who.id,
      opinion,
    });
    await recordEvent(tx, who, { action: `filing.${input.move}`, outcome: 'ok', subject: String(filing.id) });
    return { id: filing.id, state: rule.to };
  });
}

/** Keeps the form as it is submitted. @throws DomainError FILING_INCOMPLETE */
async function keepVersion(tx: Transaction, filing: Filing, submittedAt: string): Promise<number> {
  const { appName, form } = filing;
  const fields = { appName, ...form };
  for (const [field, label] of Object.entries(FORM_LABELS)) {
    if (!fields[field as FormField]) throw new DomainError('FILING_INCOMPLETE', `请填写${label}`, field);
  }
  const screens = (await listFiles(tx, filing.id)).filter(({ kind }) => kind === 'screen').map(({ id }) => id);
  if (screens.length === 0) {
    throw new DomainError('FILING_INCOMPLETE', '请上传至少一张实名认证界面设计图片', 'screens');
  }
  const version = filing.version + 1;
  await tx.insert(filingVersions).values({ filingId: filing.id, version, appName, form, screens, submittedAt });
  return version;
}

/** @throws DomainError FILING_INCOMPLETE */
async function assertStamped(tx: Transaction, filing: Filing): Promise<void> {
  const files = await listFiles(tx, filing.id);
  if (files.some(({ kind }) => kind === 'stamped')) return;
  throw new DomainError('FILING_INCOMPLETE', '请先上传盖章后的申请表扫描件', 'stamped');
}

async function voidStamped(tx: Transaction, filing: Filing, removedAt: string): Promise<void> {
  await tx
    .update(filingFiles)
    .set({ removedAt })
    .where(and(eq(filingFiles.filingId, filing.id), eq(filingFiles.kind, 'stamped'), isNull(filingFiles.removedAt)));
}

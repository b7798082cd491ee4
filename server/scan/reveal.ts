import type { Db } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import type { Sealer } from '../exchange/seal.ts';
import { parseHealthCode } from '../health-code/parse.ts';
import { findByCard } from '../records/find-by-card.ts';
import { findCodeRefusal } from '../sites/code-refusal.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { notAuthenticated } from '../vouchers/find.ts';

/**
 * The document number in full, for the nurse who compares it with the paper. Audited, also when refused.
 * @throws DomainError FORBIDDEN (nurse only), NOT_HEALTH_CODE, STATIC_CODE_REFUSED, CODE_FORGED, CODE_EXPIRED, ISSUER_UNKNOWN,
 *   RESIDENT_NOT_AUTHENTICATED
 */
export async function reveal(
  db: Db,
  sealer: Sealer,
  actor: Actor,
  input: { code: string },
): Promise<{ idcode: string }> {
  const nurse = authorise(actor, 'nurse');
  const code = parseHealthCode(input.code);
  if (!code) throw new DomainError('NOT_HEALTH_CODE', '不是电子健康码', 'code');
  const codeRefusal = await findCodeRefusal(db.read, sealer, nurse.siteCode, code);
  const state = codeRefusal ? null : await findByCard(db.read, code.cardNo);
  const refusal = codeRefusal ?? (state?.authenticated ? null : notAuthenticated());
  await db.write((tx) =>
    recordEvent(tx, nurse, { action: 'scan.reveal', outcome: refusal?.code ?? 'ok', subject: code.cardNo }),
  );
  if (!state?.authenticated) throw refusal;
  return { idcode: state.record.idcode };
}

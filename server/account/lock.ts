/** The tablet's lock: a state of the session, so that a reload stays locked. */
import { and, eq, isNull, sql } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import type { Session } from '../staff/sessions.ts';
import { isPassword } from './confirm.ts';
import { hashPin, isPin, savePin } from './pin.ts';
import { UNLOCK_TRIES, type UnlockInput } from './schema.ts';

const { sessions } = tables;

/**
 * Locks the session's screen. Twice is once.
 * @throws DomainError FORBIDDEN (nurses only)
 */
export async function lockScreen(db: Db, actor: Actor, session: Session): Promise<void> {
  const who = authorise(actor, 'nurse');
  await db.write(async (tx) => {
    const [locked] = await tx
      .update(sessions)
      .set({ screenLockedAt: new Date().toISOString() })
      .where(and(eq(sessions.id, session.id), isNull(sessions.screenLockedAt)))
      .returning();
    if (locked) await recordEvent(tx, who, { action: 'account.lock', outcome: 'ok', subject: who.id });
  });
}

/**
 * Unlocks the screen by the PIN or the password; the last of five wrong ones in a row ends the session. It judges whether or not the
 * screen is locked: a tablet that had no network covers itself before the server knows.
 * @throws DomainError FORBIDDEN, WRONG_PIN, WRONG_PASSWORD, WEAK_PIN, TOO_MANY_TRIES (the session has ended), UNAUTHENTICATED
 */
export async function unlockScreen(db: Db, actor: Actor, session: Session, input: UnlockInput): Promise<void> {
  const who = authorise(actor, 'nurse');
  const newPin = input.newPin === undefined ? null : await hashPin(input.newPin, 'newPin');
  // Counted before it is judged, so that many at once can't slip through.
  const failures = await db.write(async (tx) => {
    const [counted] = await tx
      .update(sessions)
      .set({ unlockFailures: sql`${sessions.unlockFailures} + 1` })
      .where(eq(sessions.id, session.id))
      .returning();
    return counted?.unlockFailures;
  });
  if (failures === undefined || failures > UNLOCK_TRIES) throw new DomainError('UNAUTHENTICATED', '请先登录');
  const right =
    input.pin === undefined ? await isPassword(db, who.id, input.password ?? '') : await isPin(db, who.id, input.pin);
  if (!right) throw await refuse(db, who, session, input, failures);
  await db.write(async (tx) => {
    await tx.update(sessions).set({ screenLockedAt: null, unlockFailures: 0 }).where(eq(sessions.id, session.id));
    const detail = input.pin === undefined ? 'password' : 'pin';
    await recordEvent(tx, who, { action: 'account.unlock', outcome: 'ok', subject: who.id, detail });
    if (newPin) await savePin(tx, who, newPin);
  });
}

async function refuse(db: Db, who: Actor, session: Session, { pin }: UnlockInput, failures: number) {
  const left = UNLOCK_TRIES - failures;
  const outcome = pin === undefined ? 'WRONG_PASSWORD' : 'WRONG_PIN';
  const field = pin === undefined ? 'password' : 'pin';
  await db.write(async (tx) => {
    await recordEvent(tx, who, { action: 'account.unlock', outcome, subject: who.id });
    if (left > 0) return;
    await tx.delete(sessions).where(eq(sessions.id, session.id));
    await recordEvent(tx, who, { action: 'account.unlock', outcome: 'TOO_MANY_TRIES', subject: who.id });
  });
  const word = pin === undefined ? '密码' : 'PIN ';
  return left > 0
    ? new DomainError(outcome, `${word}不正确,还可以再试 ${left} 次`, field)
    : new DomainError('TOO_MANY_TRIES', `连续输错 ${UNLOCK_TRIES} 次,请用密码重新登录`, field);
}

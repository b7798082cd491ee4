/** The second factor of one's own account: set up, proved by a code, given up. */
import { eq } from 'drizzle-orm';
import { isOneOf, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { AuditAction } from '../audit/schema.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { TOTP_ROLES } from '../staff/schema.ts';
import type { Session } from '../staff/sessions.ts';
import { takeCode } from '../staff/used-codes.ts';
import { type AuthDoor, askAuth } from './ask-auth.ts';
import { type Confirming, confirmPassword } from './confirm.ts';

/** Shown once. */
export interface Enrolment {
  /** `otpauth://totp/…`, for an authenticator app. */
  uri: string;
  /** Each signs in once, without the app. */
  backupCodes: string[];
}

/**
 * Makes a secret and backup codes. Nothing is asked for at the sign-in until {@link confirmTotp}; asked again, it makes others.
 * @throws DomainError FORBIDDEN (province and auditor only), WRONG_PASSWORD, TOO_MANY_TRIES, TWO_FACTOR_ENABLED
 */
export async function enrolTotp(
  on: Confirming,
  door: AuthDoor,
  actor: Actor,
  session: Session,
  { password }: { password: string },
): Promise<Enrolment> {
  const who = authorise(actor, ...TOTP_ROLES);
  assertWithout(session);
  await confirmPassword(on, who, 'account.enrol_totp', password);
  let made: Enrolment | undefined;
  const refused = await askAuth(door, async (headers) => {
    const answered = await door.auth.api.enableTwoFactor({ body: { password }, headers, returnHeaders: true });
    const { response } = answered;
    // better-auth names the account by its address, which is none.
    const named = (uri: string) => uri.replace(encodeURIComponent(`${who.username}@staff.invalid`), who.username);
    if (response.method === 'totp') made = { uri: named(response.totpURI), backupCodes: response.backupCodes };
    return answered;
  });
  if (!made) throw new Error(`better-auth refused a second factor: ${refused}`);
  return made;
}

/**
 * Proves that the app has the secret: from now on the sign-in asks for codes. The other sessions end, this one goes on under a new name.
 * @throws DomainError FORBIDDEN, WRONG_CODE, TWO_FACTOR_ENABLED, TWO_FACTOR_NOT_ENABLED (no secret was made)
 */
export async function confirmTotp(
  on: Confirming,
  door: AuthDoor,
  actor: Actor,
  session: Session,
  { code }: { code: string },
): Promise<void> {
  const who = authorise(actor, ...TOTP_ROLES);
  assertWithout(session);
  const { sessions } = tables;
  const before = await on.db.read.select({ id: sessions.id }).from(sessions).where(eq(sessions.userId, who.id));
  const { judged, giveBack } = await takeCode(on.db, who.id, code);
  const refused = await askAuth(door, (headers) =>
    door.auth.api.verifyTOTP({ body: { code: judged }, headers, returnHeaders: true }),
  );
  if (refused) await giveBack();
  if (refused === 'TOTP_NOT_ENABLED') throw new DomainError('TWO_FACTOR_NOT_ENABLED', '请先获取二维码');
  if (refused) {
    await record(on, who, 'account.enrol_totp', 'WRONG_CODE');
    throw new DomainError('WRONG_CODE', '验证码不正确,请确认手机时间准确', 'code');
  }
  const ids = before.map(({ id }) => id);
  await on.db.write(async (tx) => {
    await tx.delete(sessions).where(isOneOf(sessions.id, ids));
    await recordEvent(tx, who, { action: 'account.enrol_totp', outcome: 'ok', subject: who.id });
  });
}

/**
 * Gives the second factor up, for another one or for none.
 * @throws DomainError FORBIDDEN, WRONG_PASSWORD, TOO_MANY_TRIES, TWO_FACTOR_NOT_ENABLED
 */
export async function dropTotp(
  on: Confirming,
  door: AuthDoor,
  actor: Actor,
  session: Session,
  { password }: { password: string },
): Promise<void> {
  const who = authorise(actor, ...TOTP_ROLES);
  if (!session.twoFactorEnabled) throw new DomainError('TWO_FACTOR_NOT_ENABLED', '没有启用两步验证');
  await confirmPassword(on, who, 'account.drop_totp', password);
  const refused = await askAuth(door, (headers) =>
    door.auth.api.disableTwoFactor({ body: { password }, headers, returnHeaders: true }),
  );
  if (refused) throw new Error(`better-auth refused to drop a second factor: ${refused}`);
  await record(on, who, 'account.drop_totp', 'ok');
}

function assertWithout({ twoFactorEnabled }: Session): void {
  if (twoFactorEnabled) throw new DomainError('TWO_FACTOR_ENABLED', '已启用两步验证;更换手机时请先停用');
}

async function record({ db }: Confirming, actor: Actor, action: AuditAction, outcome: 'ok' | 'WRONG_CODE') {
  await db.write((tx) => recordEvent(tx, actor, { action, outcome, subject: actor.id }));
}

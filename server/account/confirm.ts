/** Who is signed in shows the password once more; failures count as they do at the sign-in. */
import { verifyPassword } from 'better-auth/crypto';
import { and, eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { AuditAction } from '../audit/schema.ts';
import { DomainError } from '../errors.ts';
import type { Actor } from '../staff/actor.ts';
import { type Lockout, type Try, waitInWords } from '../staff/lockout.ts';

/** What a change of one's own account stands on. */
export interface Confirming {
  db: Db;
  lockout: Lockout;
  /** The caller's network address. */
  address: string;
}

/** Whether it is the person's password. */
export async function isPassword(db: Db, staffId: string, password: string): Promise<boolean> {
  const { accounts } = tables;
  const [account] = await db.read
    .select({ hash: accounts.password })
    .from(accounts)
    .where(and(eq(accounts.userId, staffId), eq(accounts.providerId, 'credential')));
  return Boolean(account?.hash) && verifyPassword({ hash: account?.hash ?? '', password });
}

/** Counts a try. @throws DomainError TOO_MANY_TRIES */
export async function takeTry({ lockout, address }: Confirming, actor: Actor): Promise<Try> {
  const tried = await lockout.take(actor.username, address);
  if (!tried.refused) return tried;
  throw new DomainError('TOO_MANY_TRIES', `密码错误次数过多,请 ${waitInWords(tried.wait)}后再试`, 'password');
}

/** Audits a wrong password, and says so. */
export async function refusePassword(
  { db }: Confirming,
  actor: Actor,
  action: AuditAction,
  tried: Try,
): Promise<DomainError> {
  await db.write(async (tx) => {
    await recordEvent(tx, actor, { action, outcome: 'WRONG_PASSWORD', subject: actor.id });
    if (!tried.wait) return;
    const detail = String(tried.wait);
    await recordEvent(tx, actor, { action: 'staff.wait', outcome: 'TOO_MANY_TRIES', subject: actor.id, detail });
  });
  const then = tried.wait ? `,请 ${waitInWords(tried.wait)}后再试` : '';
  return new DomainError('WRONG_PASSWORD', `密码不正确${then}`, 'password');
}

/**
 * Goes on only for who knows the password.
 * @param action what is asked for
 * @throws DomainError WRONG_PASSWORD, TOO_MANY_TRIES
 */
export async function confirmPassword(
  on: Confirming,
  actor: Actor,
  action: AuditAction,
  password: string,
): Promise<void> {
  const tried = await takeTry(on, actor);
  if (!(await isPassword(on.db, actor.id, password))) throw await refusePassword(on, actor, action, tried);
  await tried.good();
}

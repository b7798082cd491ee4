/** What is done to an account: locked, unlocked, signed out everywhere, given a new password, freed of a wait or a second factor. */
import { hashPassword } from 'better-auth/crypto';
import { and, eq, gt } from 'drizzle-orm';
import { type Db, type Transaction, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { AuditAction } from '../audit/schema.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from './actor.ts';
import type { FirstPassword } from './create-staff.ts';
import type { Lockout } from './lockout.ts';
import { makePassword } from './password.ts';
import { assertNotOwn, authoriseManager, getManaged, type Manager, type Person } from './reach.ts';

const { staff, sessions, accounts, twoFactors, verifications } = tables;

interface Named {
  username: string;
}
/** The staff id, so that the door can forget what it remembers of this person's sessions. */
interface Changed {
  staffId: string;
}

/**
 * Ends a person's sessions and lets them begin no other.
 * @throws DomainError FORBIDDEN (province; site_admin for the own site), STAFF_NOT_FOUND, OWN_ACCOUNT
 */
export async function lockStaff(db: Db, actor: Actor, input: Named): Promise<Changed> {
  return change(db, actor, input, 'staff.lock', async (tx, who, person) => {
    assertNotOwn(who, person);
    await setLocked(tx, person, person.lockedAt ?? new Date().toISOString());
    await dropSessions(tx, person.id);
  });
}

/** @throws DomainError FORBIDDEN, STAFF_NOT_FOUND */
export async function unlockStaff(db: Db, actor: Actor, input: Named): Promise<Changed> {
  return change(db, actor, input, 'staff.unlock', (tx, _who, person) => setLocked(tx, person, null));
}

/**
 * Signs a person out everywhere; with the password they may sign in again.
 * @throws DomainError FORBIDDEN, STAFF_NOT_FOUND
 */
export async function endSessions(db: Db, actor: Actor, input: Named): Promise<Changed> {
  return change(db, actor, input, 'staff.end_sessions', (tx, _who, person) => dropSessions(tx, person.id));
}

/**
 * Gives a person another password, made here and shown once, to be changed at the next sign-in, and ends their sessions.
 * @throws DomainError FORBIDDEN, STAFF_NOT_FOUND, OWN_ACCOUNT
 */
export async function resetPassword(db: Db, actor: Actor, input: Named): Promise<Changed & FirstPassword> {
  const who = authoriseManager(actor);
  const { role } = await getManaged(db.read, who, input.username);
  const password = makePassword({ username: input.username, role });
  const hash = await hashPassword(password);
  const changed = await change(db, actor, input, 'staff.reset_password', async (tx, who, person) => {
    assertNotOwn(who, person);
    await tx
      .update(accounts)
      .set({ password: hash, updatedAt: new Date() })
      .where(and(eq(accounts.userId, person.id), eq(accounts.providerId, 'credential')));
    await tx.update(staff).set({ mustChangePassword: true, updatedAt: new Date() }).where(eq(staff.id, person.id));
    await dropSessions(tx, person.id);
  });
  return { ...changed, username: input.username, password };
}

/**
 * Lets a name try again that failed too often.
 * @throws DomainError FORBIDDEN, STAFF_NOT_FOUND
 */
export async function liftWait(db: Db, lockout: Lockout, actor: Actor, input: Named): Promise<void> {
  await change(db, actor, input, 'staff.lift_wait', (tx) => lockout.lift(tx, input.username));
}

/**
 * Takes the second factor away from somebody who lost it, and ends their sessions: the password is enough, until another one is set up.
 * @throws DomainError FORBIDDEN (province only), STAFF_NOT_FOUND, OWN_ACCOUNT, TWO_FACTOR_NOT_ENABLED
 */
export async function resetTotp(db: Db, actor: Actor, input: Named): Promise<Changed> {
  authorise(actor, 'province');
  return change(db, actor, input, 'staff.reset_totp', async (tx, who, person) => {
    assertNotOwn(who, person);
    if (!person.twoFactorEnabled) throw new DomainError('TWO_FACTOR_NOT_ENABLED', '该用户没有启用两步验证');
    await tx.update(staff).set({ twoFactorEnabled: false, updatedAt: new Date() }).where(eq(staff.id, person.id));
    await tx.delete(twoFactors).where(eq(twoFactors.userId, person.id));
    await dropSessions(tx, person.id);
  });
}

/** Deletes a person's sessions, and the sign-ins that only owe their code. */
export async function dropSessions(tx: Transaction, staffId: string): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.userId, staffId));
  await dropOwing(tx, staffId);
}

/** Deletes the sign-ins of a person that only owe their code: the password before it may be another one by now. */
export async function dropOwing(tx: Transaction, staffId: string): Promise<void> {
  await tx.delete(verifications).where(and(gt(verifications.expiresAt, new Date()), eq(verifications.value, staffId)));
}

/** One person, one change and its audit row, in one transaction. */
async function change(
  db: Db,
  actor: Actor,
  { username }: Named,
  action: AuditAction,
  work: (tx: Transaction, who: Manager, person: Person) => Promise<void>,
): Promise<Changed> {
  const who = authoriseManager(actor);
  return db.write(async (tx) => {
    const person = await getManaged(tx, who, username);
    await work(tx, who, person);
    await recordEvent(tx, who, { action, outcome: 'ok', subject: person.id });
    return { staffId: person.id };
  });
}

async function setLocked(tx: Transaction, person: Person, lockedAt: string | null): Promise<void> {
  await tx.update(staff).set({ lockedAt, updatedAt: new Date() }).where(eq(staff.id, person.id));
}

import type { Db } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { dropSessions } from '../staff/accounts.ts';
import type { Actor } from '../staff/actor.ts';
import { mayUseTotp, passwordLength, type Role } from '../staff/schema.ts';
import type { Session } from '../staff/sessions.ts';
import { hasPin } from './pin.ts';

/** One's own account, also for who must do something before anything else. Any role. */
export async function accountState(db: Db, actor: Actor, session: Session, totpRequired: readonly Role[]) {
  const { username, name, role } = actor;
  return {
    ...{ username, name, role },
    /** What must be done first; null: nothing. */
    hurdle: session.hurdle,
    passwordLength: passwordLength(role),
    /** Null for who has no use for one. */
    pin: role === 'nurse' ? await hasPin(db, actor.id) : null,
    /** Null for who can't have one. */
    totp: mayUseTotp(role) ? { enabled: session.twoFactorEnabled, required: totpRequired.includes(role) } : null,
  };
}

/** Ends all sessions of one's own, this one too. Any role. */
export async function endOwnSessions(db: Db, actor: Actor): Promise<void> {
  await db.write(async (tx) => {
    await dropSessions(tx, actor.id);
    await recordEvent(tx, actor, { action: 'account.end_sessions', outcome: 'ok', subject: actor.id });
  });
}

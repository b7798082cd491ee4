/** For tests: the writes of this room, and what frees an account of a wait or a second factor; each is one transaction. */
import { eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { liftWait, resetTotp } from '../staff/accounts.ts';
import type { Actor } from '../staff/actor.ts';
import { makeLockout } from '../staff/lockout.ts';
import { lockScreen, unlockScreen } from './lock.ts';
import { setPin } from './pin.ts';
import { endOwnSessions } from './state.ts';

let number = 0;

const lockoutOf = (db: Db) => makeLockout(db, 'a-secret-of-these-tests-and-of-nothing-else');

/** @param whole the database that nothing breaks: there the stage is set */
export function accountWrites(
  whole: () => Db,
  actorOf: (username: string) => Promise<Actor>,
): Record<string, (broken: Db) => Promise<unknown>> {
  /** A session of somebody's. */
  async function sessionOf(username: string) {
    const { requestId: _, ...person } = await actorOf(username);
    const id = `session-${++number}`;
    const now = new Date();
    const times = { createdAt: now, updatedAt: now, expiresAt: new Date(now.getTime() + 3_600_000) };
    await whole().write((tx) => tx.insert(tables.sessions).values({ id, token: id, userId: person.id, ...times }));
    return { id, person, hurdle: null, twoFactorEnabled: false };
  }

  return {
    'staff.liftWait': async (broken) =>
      liftWait(broken, lockoutOf(broken), await actorOf('province'), { username: 'nurse2' }),
    'staff.resetTotp': async (broken) => {
      const { staff } = tables;
      await whole().write((tx) =>
        tx.update(staff).set({ twoFactorEnabled: true }).where(eq(staff.username, 'auditor')),
      );
      return resetTotp(broken, await actorOf('province'), { username: 'auditor' });
    },
    'account.setPin': async (broken) =>
      setPin({ db: broken, lockout: lockoutOf(whole()), address: 'x' }, await actorOf('nurse'), {
        ...{ password: 'demo-nurse', pin: '493817' },
      }),
    'account.lock': async (broken) => lockScreen(broken, await actorOf('nurse'), await sessionOf('nurse')),
    'account.unlock': async (broken) =>
      unlockScreen(broken, await actorOf('nurse'), await sessionOf('nurse'), {
        ...{ password: 'demo-nurse', newPin: '704182' },
      }),
    'account.unlock, the last wrong one': async (broken) => {
      const session = await sessionOf('nurse');
      await whole().write((tx) =>
        tx.update(tables.sessions).set({ unlockFailures: 4 }).where(eq(tables.sessions.id, session.id)),
      );
      return unlockScreen(broken, await actorOf('nurse'), session, { pin: '111222' });
    },
    'account.endSessions': async (broken) => endOwnSessions(broken, await actorOf('nurse')),
  };
}

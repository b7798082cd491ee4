import { eq } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import { type Db, given, prepared, type Queries, tables } from '../../db/index.ts';
import type { Others } from '../nodes/wire.ts';
import type { Actor } from './actor.ts';
import { type Auth, SESSION_COOKIE, SESSION_SECONDS } from './auth.ts';
import { type Hurdle, hurdleOf } from './hurdles.ts';
import type { Idle } from './idle.ts';
import type { Role } from './schema.ts';

type Identity = Omit<Actor, 'requestId'>;

/** Who stands behind a request, in which session, and what that must do before anything else. */
export interface Session {
  id: string;
  person: Identity;
  hurdle: Hurdle | null;
  twoFactorEnabled: boolean;
}

const { sessions, staff } = tables;
const SESSION = new RegExp(`(?:^|;)\\s*${SESSION_COOKIE.replace('.', '\\.')}\\s*=\\s*([^;\\s]+)`);

/** How long a session may be answered from memory; also how late another process learns of a sign-out, at most. */
const REMEMBERED_MS = 5_000;

/**
 * Who stands behind a request's cookies. better-auth's `getSession` costs about 2 ms of CPU, so it is asked once what session a cookie
 * means; whether that still stands, and what its person may do, is then read from the rows, and remembered for a few seconds
 * (`npm run bench -- session`): forgotten at once on sign-out and on what is done to an account.
 * @param totpRequired the roles that sign in with a code
 * @param idle judges whether a session has been used; null: nobody does
 * @param others other processes of this machine; null: there are none. On other machines it takes the few seconds
 */
export function makeSessions(
  db: Pick<Db, 'read'>,
  auth: Pick<Auth, 'api'>,
  totpRequired: readonly Role[] = [],
  idle: Idle | null = null,
  others: Others | null = null,
) {
  const remembered = new LRUCache<string, Session>({ max: 10_000, ttl: REMEMBERED_MS });
  /** Values of cookies whose signatures better-auth has taken for good: those never change. */
  const taken = new LRUCache<string, true>({ max: 10_000, ttl: SESSION_SECONDS * 1000 });
  // Counts the forgettings, so that an answer read before one is not remembered after it.
  let forgettings = 0;
  function forget(staffId: string): void {
    forgettings += 1;
    for (const [value, { person }] of remembered.entries()) {
      if (person.id === staffId) remembered.delete(value);
    }
  }
  others?.listen(forget);

  /** @returns null for nobody */
  async function ask(value: string) {
    if (taken.has(value)) {
      const [row] = await readSession(db.read, { token: value.split('.', 1)[0] });
      if (row && row.session.expiresAt > new Date()) return row;
    }
    // That cookie alone: what is remembered of it must not be what another one beside it means.
    const headers = new Headers({ cookie: `${SESSION_COOKIE}=${value}` });
    const found = await auth.api.getSession({ headers });
    if (found) taken.set(value, true);
    else taken.delete(value);
    return found;
  }

  return {
    totpRequired,
    /** @returns null for nobody: no cookie, a wrong one, or a session that ended, a locked account */
    async find(cookies: string | null | undefined): Promise<Session | null> {
      const value = cookies && SESSION.exec(cookies)?.[1];
      if (!value) return null;
      const known = remembered.get(value);
      if (known) return known;
      const before = forgettings;
      const found = await ask(value);
      if (!found) return null;
      const { user } = found;
      if (user.lockedAt) return null;
      const session: Session = {
        id: found.session.id,
        person: {
          kind: 'staff',
          id: user.id,
          username: user.username ?? '',
          name: user.name,
          role: user.role as Role,
          siteCode: user.siteCode ?? null,
          cityCode: user.cityCode ?? null,
        },
        hurdle: hurdleOf(user, totpRequired, found.session.screenLockedAt ?? null),
        twoFactorEnabled: user.twoFactorEnabled ?? false,
      };
      if (found.session.screenLockedAt) await idle?.locked(session.id);
      else {
        const verdict = await idle?.judge(session);
        if (verdict === 'ended') return null;
        if (verdict === 'locked') return { ...session, hurdle: 'SESSION_LOCKED' };
      }
      // What stands before a session ends by what its person does, which another process may see.
      if (before === forgettings && !session.hurdle) remembered.set(value, session);
      return session;
    },
    /** Forgets what is remembered of a person's sessions. */
    forget(staffId: string): void {
      forget(staffId);
      others?.tell(staffId);
    },
  };
}

const readSession = prepared((on: Pick<Queries, 'select'>) =>
  on
    .select({ session: sessions, user: staff })
    .from(sessions)
    .innerJoin(staff, eq(staff.id, sessions.userId))
    .where(eq(sessions.token, given('token'))),
);

export type Sessions = ReturnType<typeof makeSessions>;

/** Whoever stands behind a cookie is told from the rows, as better-auth would: what it took for good once is not asked again. */
import { randomUUID } from 'node:crypto';
import {
  getCurrentAuthContextAsyncLocalStorage,
  getCurrentDBAdapterAsyncLocalStorage,
  getRequestStateAsyncLocalStorage,
} from '@better-auth/core/context';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { tables } from '../../db/index.ts';
import { TEST_SECRET } from '../../e2e/server.ts';
import { sessionCookie, startTestConsole, type TestConsole } from '../test-console.ts';
import { makeAuth } from './auth.ts';
import { makeSessions } from './sessions.ts';

const { sessions: rows, staff } = tables;
let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

/** A cookie of a nurse's new session, and sessions that have found it once. */
async function stage() {
  const cookie = sessionCookie(await site.signIn('nurse'));
  const auth = makeAuth(site.db, { authSecret: TEST_SECRET });
  const getSession = vi.spyOn(auth.api, 'getSession');
  const sessions = makeSessions(site.db, auth);
  const session = await sessions.find(cookie);
  if (!session) throw new Error('no session');
  return {
    ...{ cookie, session, getSession },
    /** As five seconds later. */
    async findLater() {
      sessions.forget(session.person.id);
      return sessions.find(cookie);
    },
  };
}

it('finds the same session, and asks better-auth once', async () => {
  const { session, getSession, findLater } = await stage();
  expect(session.person).toMatchObject({ username: 'nurse', role: 'nurse', siteCode: '4401060001' });
  expect(await findLater()).toEqual(session);
  expect(getSession).toHaveBeenCalledTimes(1);
});

it.each([
  ['was deleted', (id: string) => site.db.write((tx) => tx.delete(rows).where(eq(rows.id, id)))],
  [
    'ended by its time',
    (id: string) => site.db.write((tx) => tx.update(rows).set({ expiresAt: new Date() }).where(eq(rows.id, id))),
  ],
])('finds nobody whose session %s', async (_, end) => {
  const { session, findLater } = await stage();
  await end(session.id);
  expect(await findLater()).toBeNull();
  expect(await findLater()).toBeNull();
});

it('sees at once what another process did to the person and the session', async () => {
  const { session, findLater } = await stage();
  const { id } = session.person;
  const change = (values: Partial<typeof staff.$inferInsert>) =>
    site.db.write((tx) => tx.update(staff).set(values).where(eq(staff.id, id)));
  await change({ role: 'site_admin', twoFactorEnabled: true });
  expect(await findLater()).toMatchObject({ person: { role: 'site_admin' }, twoFactorEnabled: true, hurdle: null });
  await change({ role: 'nurse', twoFactorEnabled: false, mustChangePassword: true });
  expect(await findLater()).toMatchObject({ person: { role: 'nurse' }, hurdle: 'PASSWORD_CHANGE_REQUIRED' });
  await change({ mustChangePassword: false, lockedAt: new Date().toISOString() });
  expect(await findLater()).toBeNull();
  await change({ lockedAt: null });
  await site.db.write((tx) =>
    tx.update(rows).set({ screenLockedAt: new Date().toISOString() }).where(eq(rows.id, session.id)),
  );
  expect(await findLater()).toMatchObject({ hurdle: 'SESSION_LOCKED' });
});

it('takes the first of two cookies of the name for what it is', async () => {
  const { cookie, session } = await stage();
  const other = sessionCookie(await site.signIn('nurse2'));
  const sessions = makeSessions(site.db, makeAuth(site.db, { authSecret: TEST_SECRET }));
  expect(await sessions.find(`lang=zh; ${other}; ${cookie}`)).toMatchObject({ person: { username: 'nurse2' } });
  expect(await sessions.find(cookie)).toEqual(session);
  expect(await sessions.find(`${other}; x=y`)).toMatchObject({ person: { username: 'nurse2' } });
  expect(await sessions.find('lang=zh')).toBeNull();
});

it('takes no cookie whose signature is not right, however often', async () => {
  const { cookie } = await stage();
  const forged = `${cookie.slice(0, -6)}${randomUUID().slice(0, 6)}`;
  const sessions = makeSessions(site.db, makeAuth(site.db, { authSecret: TEST_SECRET }));
  for (let n = 0; n < 3; n += 1) expect(await sessions.find(forged)).toBeNull();
});

// Node 24 has storages that watch no promises, and none that could rest.
it.skipIf(Number.parseInt(process.versions.node, 10) >= 24)(
  "lets better-auth's storages rest behind the last of calls that overlap, and not before",
  async () => {
    const { cookie } = await stage();
    const auth = makeAuth(site.db, { authSecret: TEST_SECRET });
    const storages = await Promise.all([
      getCurrentAuthContextAsyncLocalStorage(),
      getCurrentDBAdapterAsyncLocalStorage(),
      getRequestStateAsyncLocalStorage(),
    ]);
    const enabled = () => storages.map((storage) => (storage as unknown as { enabled: boolean }).enabled);
    const slow = auth.api.signInUsername({ body: { username: 'nurse', password: 'demo-nurse' } });
    expect(await auth.api.getSession({ headers: new Headers({ cookie }) })).not.toBeNull();
    expect(enabled()).toContain(true);
    expect((await slow)?.user.username).toBe('nurse');
    expect(enabled()).toEqual([false, false, false]);
  },
);

/** Who manages whom, and what a change does to the sessions of the changed. */
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tables } from '../../db/index.ts';
import { client, codeOf, sessionCookie, startTestConsole, type TestConsole } from '../test-console.ts';
import { eventsOf } from './test-staff.ts';

const OWN = '4401060001';
const OTHER = '4403050001';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

let made = 0;
/** Somebody new, who changed the password that was shown. */
async function newcomer(place?: object) {
  const person = await stranger(place);
  const { password } = await site.enter(person.username, person.password);
  return { ...person, password };
}
/** Somebody new, with the password that was shown. */
async function stranger(place: object = { role: 'nurse', siteCode: OWN }) {
  const username = `person.${++made}`;
  const input = { username, name: `第${made}人`, ...place } as { username: string; name: string; role: 'nurse' };
  const { password } = await (await site.as('province')).staff.create.mutate(input);
  return { ...input, password };
}

async function sessionOf({ username, password }: { username: string; password: string }) {
  return client(site.url, sessionCookie(await site.signIn(username, password)));
}

describe('a new person', () => {
  it('signs in with the password that is shown once', async () => {
    const person = await stranger();
    expect(person.password).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
    const { cookie } = await site.enter(person.username, person.password);
    const session = client(site.url, cookie);
    expect(await session.staff.me.query()).toMatchObject({ name: person.name, role: 'nurse', siteCode: OWN });
    expect(await eventsOf(site, person.username)).toEqual([
      'account.change_password ok',
      'staff.sign_in ok',
      'staff.create ok nurse',
    ]);
  });

  it.each([
    [{ username: 'nurse', role: 'nurse', siteCode: OWN }, 'USERNAME_TAKEN'],
    [{ username: 'x', role: 'nurse', siteCode: OWN }, 'BAD_INPUT'],
    [{ username: 'free', role: 'nurse', siteCode: '0000000000' }, 'SITE_NOT_FOUND'],
    [{ username: 'free', role: 'city', cityCode: '9999' }, 'CITY_NOT_FOUND'],
    [{ username: 'free', role: 'nurse' }, 'BAD_INPUT'],
    [{ username: 'free', role: 'province', siteCode: OWN }, 'BAD_INPUT'],
  ] as const)('is not made of %j', async (input, code) => {
    expect(await codeOf((await site.as('province')).staff.create.mutate({ name: '某人', ...input }))).toBe(code);
  });
});

describe('saving', () => {
  it('tells a change of name and a change of place apart', async () => {
    const { password: _, ...person } = await stranger();
    const province = await site.as('province');
    await province.staff.save.mutate({ ...person, name: '改名' });
    await province.staff.save.mutate({ ...person, name: '改名', siteCode: OTHER } as typeof person);
    await province.staff.save.mutate({ username: person.username, name: '又改', role: 'city', cityCode: '4401' });
    expect(await eventsOf(site, person.username)).toEqual([
      'staff.save ok',
      'staff.change_role ok city',
      'staff.change_role ok nurse',
      'staff.save ok',
      'staff.create ok nurse',
    ]);
    const { items } = await province.staff.browse.mutate({ search: { by: 'username', text: person.username } });
    expect(items[0]).toMatchObject({ name: '又改', role: 'city', cityCode: '4401', siteCode: null });
  });
});

describe('locking', () => {
  it('ends the sessions at the next request, and lets nobody in but after unlocking', async () => {
    const person = await newcomer();
    const session = await sessionOf(person);
    expect(await codeOf(session.scan.today.query())).toBe('ok');
    const province = await site.as('province');
    await province.staff.lock.mutate(person);
    expect(await codeOf(session.scan.today.query())).toBe('UNAUTHENTICATED');

    const refused = await site.signIn(person.username, person.password);
    expect([refused.status, await refused.json()]).toEqual([
      403,
      { code: 'ACCOUNT_LOCKED', message: '账号已停用,请联系管理员' },
    ]);
    expect(refused.headers.getSetCookie()).toEqual([]);
    const wrong = await site.signIn(person.username, 'wrong');
    const unknown = await site.signIn('nobody', 'wrong');
    expect([wrong.status, await wrong.json()]).toEqual([401, await unknown.json()]);
    const [row] = await site.db.read.select().from(tables.staff).where(eq(tables.staff.username, person.username));
    expect(await site.db.read.$count(tables.sessions, eq(tables.sessions.userId, row?.id ?? ''))).toBe(0);

    await province.staff.unlock.mutate(person);
    expect(await codeOf(session.scan.today.query())).toBe('UNAUTHENTICATED');
    expect((await site.signIn(person.username, person.password)).status).toBe(200);
    expect((await eventsOf(site, person.username)).slice(0, 6)).toEqual([
      'staff.sign_in ok',
      'staff.unlock ok',
      'staff.sign_in WRONG_PASSWORD',
      'staff.sign_in ACCOUNT_LOCKED',
      'staff.lock ok',
      'staff.sign_in ok',
    ]);
  });

  it('holds for a session that another process remembers: it is judged by the account, too', async () => {
    const person = await newcomer();
    const session = await sessionOf(person);
    await site.db.write((tx) =>
      tx
        .update(tables.staff)
        .set({ lockedAt: new Date().toISOString() })
        .where(eq(tables.staff.username, person.username)),
    );
    expect(await codeOf(session.scan.today.query())).toBe('UNAUTHENTICATED');
  });
});

describe('a new password', () => {
  it('takes the place of the old one and ends the sessions', async () => {
    const person = await newcomer();
    const session = await sessionOf(person);
    expect(await codeOf(session.scan.today.query())).toBe('ok');
    const { password } = await (await site.as('province')).staff.resetPassword.mutate(person);
    expect(await codeOf(session.scan.today.query())).toBe('UNAUTHENTICATED');
    expect((await site.signIn(person.username, person.password)).status).toBe(401);
    expect((await site.signIn(person.username, password)).status).toBe(200);
  });
});

describe('signing out everywhere', () => {
  it('ends every session, and the password still holds', async () => {
    const person = await newcomer();
    const sessions = [await sessionOf(person), await sessionOf(person)];
    for (const session of sessions) expect(await codeOf(session.scan.today.query())).toBe('ok');
    await (await site.as('province')).staff.endSessions.mutate(person);
    for (const session of sessions) expect(await codeOf(session.scan.today.query())).toBe('UNAUTHENTICATED');
    expect(await codeOf((await sessionOf(person)).scan.today.query())).toBe('ok');
  });
});

it.each(['province', 'site_admin'] as const)('a %s does none of it to the own account', async (role) => {
  const person = await newcomer(role === 'province' ? { role } : { role, siteCode: OWN });
  const { staff } = await sessionOf(person);
  const { password: _, ...own } = person;
  expect(await codeOf(staff.lock.mutate(own))).toBe('OWN_ACCOUNT');
  expect(await codeOf(staff.resetPassword.mutate(own))).toBe('OWN_ACCOUNT');
  expect(await codeOf(staff.save.mutate({ username: own.username, name: '某', role: 'auditor' }))).toBe('OWN_ACCOUNT');
  expect(await codeOf(staff.save.mutate({ ...own, name: '改名' }))).toBe('ok');
});

describe('a site admin', () => {
  const admin = async () => (await site.as('site_admin')).staff;

  it('manages nurses and admins of the own site', async () => {
    const staff = await admin();
    for (const role of ['nurse', 'site_admin'] as const) {
      const input = { username: `own.${role}`, name: '本单位', role, siteCode: OWN };
      await staff.create.mutate(input);
      await staff.save.mutate({ ...input, name: '改名', role: role === 'nurse' ? 'site_admin' : 'nurse' });
      await staff.resetPassword.mutate(input);
      await staff.lock.mutate(input);
      await staff.unlock.mutate(input);
      await staff.endSessions.mutate(input);
    }
  });

  it.each([
    { role: 'nurse', siteCode: OTHER },
    { role: 'site_admin', siteCode: OTHER },
    { role: 'city', cityCode: '4401' },
    { role: 'province' },
    { role: 'auditor' },
  ])('finds nobody who is %j', async (place) => {
    const { password: _, ...person } = await newcomer(place);
    const staff = await admin();
    const calls = [
      ...[staff.resetPassword, staff.lock, staff.unlock, staff.endSessions].map((call) => call.mutate(person)),
      staff.save.mutate(person),
      // Nor by saying that they belong here.
      staff.save.mutate({ username: person.username, name: '拉入', role: 'nurse', siteCode: OWN }),
    ];
    expect(new Set(await Promise.all(calls.map(codeOf)))).toEqual(new Set(['STAFF_NOT_FOUND']));
    const { items } = await staff.browse.mutate({ search: { by: 'username', text: person.username } });
    expect(items).toEqual([]);
  });

  it.each([
    { role: 'nurse', siteCode: OTHER },
    { role: 'city', cityCode: '4401' },
    { role: 'province' },
    { role: 'auditor' },
  ] as const)('gives nobody %j', async (place) => {
    const { username } = await newcomer();
    const staff = await admin();
    expect(await codeOf(staff.create.mutate({ username: 'given', name: '某', ...place }))).toBe('FORBIDDEN');
    expect(await codeOf(staff.save.mutate({ username, name: '某', ...place }))).toBe('FORBIDDEN');
  });

  it('lists the own site only, whatever is asked', async () => {
    const staff = await admin();
    for (const filter of [{}, { siteCode: OTHER }, { role: 'nurse' as const }, { locked: false }]) {
      const { items } = await staff.browse.mutate(filter);
      expect(items.length).toBeGreaterThan(0);
      expect(new Set(items.map(({ siteCode }) => siteCode))).toEqual(new Set([OWN]));
    }
    expect((await staff.browse.mutate({ role: 'province' })).items).toEqual([]);
  });
});

it('audits what is done to an account under its own word, with who did it', async () => {
  const person = await newcomer();
  const province = await site.as('province');
  for (const call of ['resetPassword', 'lock', 'unlock', 'endSessions'] as const) {
    await province.staff[call].mutate(person);
  }
  expect((await eventsOf(site, person.username)).slice(0, 4)).toEqual([
    'staff.end_sessions ok',
    'staff.unlock ok',
    'staff.lock ok',
    'staff.reset_password ok',
  ]);
  const { auditEvents } = tables;
  const [row] = await site.db.read
    .select()
    .from(auditEvents)
    .where(and(eq(auditEvents.action, 'staff.lock'), eq(auditEvents.actorRole, 'province')))
    .limit(1);
  expect(JSON.stringify(row)).not.toContain(person.name);
});

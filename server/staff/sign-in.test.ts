import { hashPassword, verifyPassword } from 'better-auth/crypto';
import { and, desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { tables } from '../../db/index.ts';
import { client, codeOf, sessionCookie, startTestConsole, type TestConsole } from '../test-console.ts';
import { makeAuth } from './auth.ts';
import { makeLockout } from './lockout.ts';
import { makeSessions } from './sessions.ts';
import { makeSignIn } from './sign-in.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

/** Of before the tests that make the province wait. */
let ofProvince = '';
const provinceCookie = async () => ofProvince;
beforeAll(async () => {
  ofProvince = await site.cookieOf('province');
});

const today = (cookie: string) => codeOf(client(site.url, cookie).scan.today.query());

describe('signing in', () => {
  it('opens a session that other programs cannot read', async () => {
    const response = await site.signIn('nurse');
    expect(await response.json()).toEqual({ role: 'nurse' });
    expect(response.headers.getSetCookie()[0]).toMatch(/HttpOnly.*SameSite=Lax/);
    expect(await today(sessionCookie(response))).toBe('ok');
  });

  it('takes the name in any case', async () => {
    expect((await site.signIn(' Nurse ', 'demo-nurse')).status).toBe(200);
  });

  it('says the same of a wrong password and of an unknown name', async () => {
    const wrong = await site.signIn('nurse2', 'demo-nurse');
    const unknown = await site.signIn('nobody', 'demo-nobody');
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(await wrong.json()).toEqual(await unknown.json());
  });

  it('makes a name wait after five failures in a row, known or not, but not the others', async () => {
    const answers: unknown[] = [];
    for (const name of ['province', 'nobody_here']) {
      const tries = await Promise.all(Array.from({ length: 15 }, () => site.signIn(name, 'wrong')));
      expect(tries.filter(({ status }) => status === 401)).toHaveLength(5);
      const refused = await site.signIn(name);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(50);
      const last = await Promise.all(tries.filter((each) => each.headers.has('Retry-After') && each.status === 401));
      const { code, message } = (await refused.json()) as { code: string; message: string };
      answers.push([{ code, message: message.replace(/\d+ (秒|分钟)/, '…') }, await last[0]?.json()]);
    }
    expect(answers[0]).toEqual([
      { code: 'TOO_MANY_TRIES', message: '登录失败次数过多,请 …后再试' },
      { code: 'WRONG_PASSWORD', message: '用户名或密码不正确,请 1 分钟后再试' },
    ]);
    expect(answers[1]).toEqual(answers[0]);
    expect((await site.signIn('auditor')).status).toBe(200);
    const { auditEvents } = tables;
    const waits = await site.db.read.select().from(auditEvents).where(eq(auditEvents.action, 'staff.wait'));
    expect(waits.map(({ outcome, detail }) => [outcome, detail])).toEqual([
      ['TOO_MANY_TRIES', '60'],
      ['TOO_MANY_TRIES', '60'],
    ]);
    expect(waits[1]?.subject).toBeNull();
  });

  it('lets a name try again whose wait an administrator lifts, and counts anew after a good one', async () => {
    for (const _ of [1, 2, 3, 4]) expect((await site.signIn('site_admin', 'wrong')).status).toBe(401);
    expect((await site.signIn('site_admin')).status).toBe(200);
    for (const _ of [1, 2, 3, 4, 5]) await site.signIn('nurse2', 'wrong');
    expect((await site.signIn('nurse2')).status).toBe(429);
    const province = client(site.url, await provinceCookie());
    const seen = async () =>
      (await province.staff.browse.mutate({ search: { by: 'username', text: 'nurse2' } })).items[0]?.waitSeconds;
    expect(await seen()).toBeGreaterThan(50);
    await province.staff.liftWait.mutate({ username: 'nurse2' });
    expect(await seen()).toBe(0);
    expect((await site.signIn('nurse2')).status).toBe(200);
  });

  it('stands in the audit trail, good or not', async () => {
    const { auditEvents, staff } = tables;
    const [person] = await site.db.read.select().from(staff).where(eq(staff.username, 'city'));
    await site.signIn('city', 'wrong');
    await site.signIn('city');
    const rows = await site.db.read
      .select()
      .from(auditEvents)
      .where(and(eq(auditEvents.subject, person?.id ?? ''), eq(auditEvents.action, 'staff.sign_in')))
      .orderBy(desc(auditEvents.id));
    expect(rows.map((row) => row.outcome)).toEqual(['ok', 'WRONG_PASSWORD']);
  });

  it('is refused to another site: a foreign origin with a session, and a form', async () => {
    const cookie = sessionCookie(await site.signIn('nurse'));
    const foreign = await fetch(`${site.url}/api/auth/sign-out`, {
      method: 'POST',
      headers: { cookie, origin: 'http://evil.example' },
    });
    expect(foreign.status).toBe(403);
    expect(await today(cookie)).toBe('ok');
    const form = await fetch(`${site.url}/api/auth/sign-in/username`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ username: 'nurse', password: 'demo-nurse' }),
    });
    expect(form.status).toBe(400);
  });
});

describe('a name that nobody has', () => {
  it.each([
    ['of somebody, with a wrong password', 'nurse', 'wrong'],
    ['unknown', 'nobody_else', 'wrong'],
    ['that can be none', 'no body!', 'wrong'],
  ])('costs one hash, as any other: %s', async (_, username, password) => {
    const hash = vi.fn(hashPassword);
    const verify = vi.fn(verifyPassword);
    const auth = makeAuth(site.db, { authSecret: 'another-secret-of-this-test-alone' }, { hash, verify });
    const door = makeSignIn(site.db, auth, makeSessions(site.db, auth), makeLockout(site.db, 'a-secret'));
    const request = new Request('http://localhost/api/auth/sign-in/username', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    const answered = await door.signIn(request, 'test', 'test');
    expect([answered.status, await answered.json()]).toEqual([
      401,
      { code: 'WRONG_PASSWORD', message: '用户名或密码不正确' },
    ]);
    expect(hash.mock.calls.length + verify.mock.calls.length).toBe(1);
  });
});

describe('a session of before', () => {
  it('ends when the same browser signs in anew, and the new one has another name', async () => {
    const before = sessionCookie(await site.signIn('nurse'));
    const again = await fetch(`${site.url}/api/auth/sign-in/username`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: before },
      body: JSON.stringify({ username: 'nurse', password: 'demo-nurse' }),
    });
    expect(sessionCookie(again)).not.toBe(before);
    expect([await today(before), await today(sessionCookie(again))]).toEqual(['UNAUTHENTICATED', 'ok']);
  });
});

describe('a remembered session', () => {
  it('ends at once on sign-out', async () => {
    const cookie = sessionCookie(await site.signIn('nurse'));
    expect(await today(cookie)).toBe('ok');
    await fetch(`${site.url}/api/auth/sign-out`, { method: 'POST', headers: { cookie, origin: site.url } });
    expect(await today(cookie)).toBe('UNAUTHENTICATED');
  });

  it('is nobody with a forged or cut cookie', async () => {
    const cookie = sessionCookie(await site.signIn('nurse'));
    expect(await today(cookie.slice(0, -6))).toBe('UNAUTHENTICATED');
    expect(await today('console.session_token=abc')).toBe('UNAUTHENTICATED');
  });
});

describe('a change of role', () => {
  let other: TestConsole;
  beforeAll(async () => {
    other = await startTestConsole();
  });
  afterAll(() => other.close());

  it('holds at the next request of a session that is remembered', async () => {
    const nurse = client(other.url, sessionCookie(await other.signIn('nurse2')));
    expect(await codeOf(nurse.scan.today.query())).toBe('ok');
    const province = await other.as('province');
    await province.staff.save.mutate({ username: 'nurse2', name: '罗护士', role: 'city', cityCode: '4401' });
    expect(await codeOf(nurse.scan.today.query())).toBe('FORBIDDEN');
    expect(await codeOf(nurse.filings.browse.query({}))).toBe('ok');
    await province.staff.save.mutate({ username: 'nurse2', name: '罗护士', role: 'auditor' });
    expect(await codeOf(nurse.audit.browse.mutate({}))).toBe('PASSWORD_CHANGE_REQUIRED');
  });

  it.each([
    [{ username: 'nobody_here', role: 'auditor' as const }, 'STAFF_NOT_FOUND'],
    [{ username: 'nurse', role: 'nurse' as const, siteCode: '0000000000' }, 'SITE_NOT_FOUND'],
    [{ username: 'nurse', role: 'city' as const, cityCode: '9999' }, 'CITY_NOT_FOUND'],
    [{ username: 'nurse', role: 'nurse' as const }, 'BAD_INPUT'],
    [{ username: 'nurse', role: 'province' as const, siteCode: '4401060001' }, 'BAD_INPUT'],
  ])('refuses %j', async (input, code) => {
    const province = await other.as('province');
    expect(await codeOf(province.staff.save.mutate({ name: '某人', ...input }))).toBe(code);
  });
});

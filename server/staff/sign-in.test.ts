import { and, desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tables } from '../../db/index.ts';
import { client, codeOf, sessionCookie, startTestConsole, type TestConsole } from '../test-console.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

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

  it('makes a name wait after ten failures a minute, but not the others', async () => {
    const tries = await Promise.all(Array.from({ length: 15 }, () => site.signIn('province', 'wrong')));
    expect(tries.filter((response) => response.status === 429)).toHaveLength(5);
    const refused = await site.signIn('province');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect((await site.signIn('auditor')).status).toBe(200);
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
    await province.staff.save.mutate({ username: 'nurse2', name: '罗护士', role: 'auditor' });
    expect(await codeOf(nurse.scan.today.query())).toBe('FORBIDDEN');
    expect(await codeOf(nurse.audit.browse.mutate({}))).toBe('ok');
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

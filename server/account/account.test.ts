import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf } from '../staff/test-staff.ts';
import { client, codeOf, sessionCookie, startTestConsole, type TestConsole } from '../test-console.ts';
import { newcomer } from './test-account.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

const today = (cookie: string) => codeOf(client(site.url, cookie).scan.today.query());

describe('a password that somebody else knows', () => {
  const place = { role: 'nurse', siteCode: '4401060001' } as const;

  it('is changed before anything else, at every door', async () => {
    const { password } = await (await site.as('province')).staff.create.mutate({
      ...{ username: 'first.time', name: '新人', ...place },
    });
    const answered = await site.signIn('first.time', password);
    expect(await answered.clone().json()).toEqual({ role: 'nurse', hurdle: 'PASSWORD_CHANGE_REQUIRED' });
    const cookie = sessionCookie(answered);
    const calls = client(site.url, cookie);
    expect(await calls.account.state.query()).toMatchObject({ hurdle: 'PASSWORD_CHANGE_REQUIRED', passwordLength: 10 });
    for (const call of [
      () => calls.staff.me.query(),
      () => calls.scan.today.query(),
      () => calls.account.lock.mutate(),
      () => calls.account.setPin.mutate({ password, pin: '493817' }),
    ]) {
      expect(await codeOf(call())).toBe('PASSWORD_CHANGE_REQUIRED');
    }
    for (const path of [
      '/api/exports/x/file',
      `/api/filings/1/files/${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`,
    ]) {
      const refused = await fetch(`${site.url}${path}`, { headers: { cookie } });
      expect([refused.status, (await refused.json()).code], path).toEqual([403, 'PASSWORD_CHANGE_REQUIRED']);
    }
    const entered = await site.enter('first.time', password);
    expect([await today(cookie), await today(entered.cookie)]).toEqual(['UNAUTHENTICATED', 'ok']);
    expect(await (await site.signIn('first.time', entered.password)).json()).toEqual({ role: 'nurse' });
  });

  it('is so after a reset, too', async () => {
    const person = await newcomer(site);
    const { password } = await (await site.as('province')).staff.resetPassword.mutate(person);
    expect(await (await site.signIn(person.username, password)).json()).toHaveProperty('hurdle');
  });
});

describe('a change of password', () => {
  it('ends the other sessions, goes on under a new name, and is audited', async () => {
    const person = await newcomer(site);
    const other = sessionCookie(await site.signIn(person.username, person.password));
    expect(await today(other)).toBe('ok');
    const changed = await fetch(`${site.url}/api/trpc/account.changePassword`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: person.cookie },
      body: JSON.stringify({ password: person.password, newPassword: 'Quite-another-1' }),
    });
    expect(changed.status).toBe(200);
    const cookie = sessionCookie(changed);
    expect(await Promise.all([other, person.cookie, cookie].map(today))).toEqual([
      'UNAUTHENTICATED',
      'UNAUTHENTICATED',
      'ok',
    ]);
    expect((await site.signIn(person.username, person.password)).status).toBe(401);
    expect((await eventsOf(site, person.username)).slice(0, 2)).toEqual([
      'staff.sign_in WRONG_PASSWORD',
      'account.change_password ok',
    ]);
  });

  it.each([
    ['Short-1', 'WEAK_PASSWORD'],
    ['onlysmallletters', 'WEAK_PASSWORD'],
    ['P@ssw0rd1234', 'WEAK_PASSWORD'],
  ])('to %s is refused', async (newPassword, code) => {
    const { calls, password } = await newcomer(site);
    expect(await codeOf(calls.account.changePassword.mutate({ password, newPassword }))).toBe(code);
  });

  it('to the same one is refused, and a wrong one counts as at the sign-in', async () => {
    const { calls, password, username } = await newcomer(site);
    const change = (input: { password: string; newPassword: string }) =>
      codeOf(calls.account.changePassword.mutate(input));
    expect(await change({ password, newPassword: password })).toBe('WEAK_PASSWORD');
    const wrong = { password: 'wrong', newPassword: 'Quite-another-1' };
    for (const _ of [1, 2, 3, 4, 5]) expect(await change(wrong)).toBe('WRONG_PASSWORD');
    expect(await change({ ...wrong, password })).toBe('TOO_MANY_TRIES');
    expect((await site.signIn(username, password)).status).toBe(429);
    expect((await eventsOf(site, username)).slice(0, 2)).toEqual([
      'staff.wait TOO_MANY_TRIES 60',
      'account.change_password WRONG_PASSWORD',
    ]);
  });
});

it('signs out everywhere at once', async () => {
  const person = await newcomer(site);
  const other = sessionCookie(await site.signIn(person.username, person.password));
  expect(await today(other)).toBe('ok');
  await person.calls.account.endSessions.mutate();
  expect([await today(other), await today(person.cookie)]).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  expect((await eventsOf(site, person.username)).slice(0, 1)).toEqual(['account.end_sessions ok']);
});

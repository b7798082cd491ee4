/** The second factor: set up, asked for, guessed, lost, forced. */
import { symmetricDecrypt } from 'better-auth/crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tables } from '../../db/index.ts';
import { eventsOf } from '../staff/test-staff.ts';
import { client, codeOf, sessionCookie, startTestConsole, type TestConsole } from '../test-console.ts';
import { codeOfApp, newcomer } from './test-account.ts';

let site: TestConsole;
let forced: TestConsole;
beforeAll(async () => {
  [site, forced] = await Promise.all([startTestConsole(), startTestConsole({ totpRequired: ['province', 'auditor'] })]);
});
afterAll(() => Promise.all([site.close(), forced.close()]));

/** A mutation, with the cookie that it sets. */
async function call(at: TestConsole, cookie: string, procedure: string, input: object) {
  const response = await fetch(`${at.url}/api/trpc/${procedure}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(input),
  });
  const answer = await response.json();
  return { code: answer.error?.data.error.code ?? 'ok', data: answer.result?.data, cookie: sessionCookie(response) };
}

const cookiesIn = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');

/** The second step of a sign-in. */
const giveCode = (cookie: string, code: string) =>
  fetch(`${site.url}/api/auth/sign-in/code`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify({ code }),
  });

async function enrolled() {
  const person = await newcomer(site, { role: 'auditor' });
  const { uri, backupCodes } = await person.calls.account.enrolTotp.mutate(person);
  const confirmed = await call(site, person.cookie, 'account.confirmTotp', { code: codeOfApp(uri) });
  expect(confirmed.code).toBe('ok');
  return { ...person, uri, backupCodes, confirmed };
}

async function owing({ username, password }: { username: string; password: string }) {
  const response = await site.signIn(username, password);
  expect(await response.clone().json()).toEqual({ codeAsked: true });
  return cookiesIn(response);
}

describe('setting it up', () => {
  it('asks for nothing until a code was given; then other sessions end and this one goes on under a new name', async () => {
    const person = await newcomer(site, { role: 'auditor' });
    const other = sessionCookie(await site.signIn(person.username, person.password));
    const { uri, backupCodes } = await person.calls.account.enrolTotp.mutate(person);
    expect(decodeURIComponent(uri)).toContain(`otpauth://totp/疫苗接种核验台:${person.username}?secret=`);
    expect(new Set(backupCodes).size).toBe(10);
    expect(await (await site.signIn(person.username, person.password)).json()).toEqual({ role: 'auditor' });
    expect(await codeOf(person.calls.account.confirmTotp.mutate({ code: '000000' }))).toBe('WRONG_CODE');
    const confirmed = await call(site, person.cookie, 'account.confirmTotp', { code: codeOfApp(uri) });
    const states = [other, person.cookie, confirmed.cookie].map((cookie) =>
      codeOf(client(site.url, cookie).audit.browse.mutate({})),
    );
    expect(await Promise.all(states)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED', 'ok']);
    const calls = client(site.url, confirmed.cookie);
    expect(await calls.account.state.query()).toMatchObject({ totp: { enabled: true, required: false } });
    expect(await codeOf(calls.account.enrolTotp.mutate(person))).toBe('TWO_FACTOR_ENABLED');
  });

  it('needs the password, and a role that may', async () => {
    const auditor = await newcomer(site, { role: 'auditor' });
    expect(await codeOf(auditor.calls.account.enrolTotp.mutate({ password: 'wrong' }))).toBe('WRONG_PASSWORD');
    expect(await codeOf(auditor.calls.account.confirmTotp.mutate({ code: '123456' }))).toBe('TWO_FACTOR_NOT_ENABLED');
    const nurse = await newcomer(site);
    expect(await codeOf(nurse.calls.account.enrolTotp.mutate(nurse))).toBe('FORBIDDEN');
  });

  it('keeps secret and backup codes sealed', async () => {
    const { uri, backupCodes } = await enrolled();
    const rows = await site.db.read.select().from(tables.twoFactors);
    const row = rows.at(-1);
    const key = 'a-secret-of-these-tests-and-of-nothing-else';
    expect(JSON.stringify(rows)).not.toContain(backupCodes[0]);
    expect(JSON.parse(await symmetricDecrypt({ key, data: row?.backupCodes ?? '' }))).toEqual(backupCodes);
    const secret = await symmetricDecrypt({ key, data: row?.secret ?? '' });
    expect(row?.secret).not.toContain(secret);
    expect(uri).not.toContain(secret);
  });
});

describe('a sign-in with it', () => {
  it('opens no session before the code', async () => {
    const person = await enrolled();
    const cookie = await owing(person);
    expect(await codeOf(client(site.url, cookie).audit.browse.mutate({}))).toBe('UNAUTHENTICATED');
    expect((await giveCode(cookie, '000000')).status).toBe(401);
    const signedIn = await giveCode(cookie, codeOfApp(person.uri, 1));
    expect(await signedIn.clone().json()).toEqual({ role: 'auditor' });
    expect(await codeOf(client(site.url, cookiesIn(signedIn)).audit.browse.mutate({}))).toBe('ok');
    expect((await eventsOf(site, person.username)).slice(0, 3)).toEqual([
      'staff.sign_in ok totp',
      'staff.sign_in WRONG_CODE',
      'staff.sign_in code_asked',
    ]);
    // The step is over: its cookie gives no second session.
    expect((await giveCode(cookie, codeOfApp(person.uri))).status).toBe(401);
  });

  it('takes each code of the app once: neither the one of the set-up nor one of a sign-in again', async () => {
    const person = await enrolled();
    expect(await (await giveCode(await owing(person), codeOfApp(person.uri))).json()).toMatchObject({
      code: 'WRONG_CODE',
    });
    const [one, other] = [await owing(person), await owing(person)];
    const next = codeOfApp(person.uri, 1);
    const both = await Promise.all([giveCode(one, next), giveCode(other, next)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await giveCode(await owing(person), next)).status).toBe(401);
    // Somebody else's app may show the same digits.
    const another = await enrolled();
    expect((await giveCode(await owing(another), codeOfApp(another.uri, 1))).status).toBe(200);
  });

  it('ends half-way when the person is signed out everywhere, locked, or has another password', async () => {
    const province = await site.as('province');
    for (const end of [
      (person: { username: string }) => province.staff.endSessions.mutate(person),
      (person: { username: string }) => province.staff.resetPassword.mutate(person),
      async (person: { username: string }) => {
        await province.staff.lock.mutate(person);
        await province.staff.unlock.mutate(person);
      },
      (person: { password: string; confirmed: { cookie: string } }) =>
        call(site, person.confirmed.cookie, 'account.changePassword', {
          password: person.password,
          newPassword: 'Another-Password-9',
        }),
    ]) {
      const person = await enrolled();
      const cookie = await owing(person);
      await end(person);
      expect((await giveCode(cookie, codeOfApp(person.uri, 1))).status).toBe(401);
    }
  });

  it('takes each backup code once', async () => {
    const person = await enrolled();
    const [code = ''] = person.backupCodes;
    expect((await giveCode(await owing(person), code)).status).toBe(200);
    expect((await giveCode(await owing(person), code)).status).toBe(401);
  });

  it('asks for the password again after five wrong codes, and closes for a while after ten', async () => {
    const person = await enrolled();
    for (const _ of [1, 2]) {
      const cookie = await owing(person);
      for (const _ of [1, 2, 3, 4, 5])
        expect((await (await giveCode(cookie, '000000')).json()).code).toBe('WRONG_CODE');
      const over = await giveCode(cookie, codeOfApp(person.uri));
      expect(over.status).not.toBe(200);
    }
    const closed = await giveCode(await owing(person), codeOfApp(person.uri));
    expect([closed.status, closed.headers.get('Retry-After')]).toEqual([429, '900']);
  });

  it('wants a code that is one, and a password before it', async () => {
    expect((await giveCode('', '123456')).status).toBe(401);
    expect((await giveCode('console.two_factor=2fa-x.y', '123456')).status).toBe(401);
    expect((await giveCode('', 'abc')).status).toBe(400);
  });

  it('is not asked of a session that is there: another person’s code opens nothing', async () => {
    const person = await enrolled();
    const { cookie } = person.confirmed;
    expect((await giveCode(cookie, codeOfApp(person.uri))).status).toBe(401);
  });
});

describe('losing it', () => {
  it('is mended by another province user, audited, and ends the sessions', async () => {
    const person = await enrolled();
    const province = await site.as('province');
    await province.staff.resetTotp.mutate(person);
    expect(await codeOf(client(site.url, person.confirmed.cookie).audit.browse.mutate({}))).toBe('UNAUTHENTICATED');
    expect(await (await site.signIn(person.username, person.password)).json()).toEqual({ role: 'auditor' });
    expect(await eventsOf(site, person.username)).toContain('staff.reset_totp ok');
    expect(await codeOf(province.staff.resetTotp.mutate(person))).toBe('TWO_FACTOR_NOT_ENABLED');
    expect(await codeOf(province.staff.resetTotp.mutate({ username: 'province' }))).toBe('OWN_ACCOUNT');
  });

  it('or given up by oneself, with the password', async () => {
    const person = await enrolled();
    const { cookie } = person.confirmed;
    expect((await call(site, cookie, 'account.dropTotp', { password: 'wrong' })).code).toBe('WRONG_PASSWORD');
    const dropped = await call(site, cookie, 'account.dropTotp', person);
    expect(dropped.code).toBe('ok');
    const own = client(site.url, dropped.cookie);
    expect(await codeOf(own.account.dropTotp.mutate(person))).toBe('TWO_FACTOR_NOT_ENABLED');
    expect(await own.account.enrolTotp.mutate(person)).toHaveProperty('uri');
  });
});

it('is asked for at the sign-in where TOTP_REQUIRED says so, of those roles only', async () => {
  expect(await (await forced.signIn('nurse')).json()).toEqual({ role: 'nurse' });
  const signedIn = await forced.signIn('province');
  expect(await signedIn.clone().json()).toEqual({ role: 'province', hurdle: 'TWO_FACTOR_REQUIRED' });
  const cookie = sessionCookie(signedIn);
  const calls = client(forced.url, cookie);
  expect(await codeOf(calls.staff.browse.mutate({}))).toBe('TWO_FACTOR_REQUIRED');
  const { uri } = await calls.account.enrolTotp.mutate({ password: 'demo-province' });
  const confirmed = await call(forced, cookie, 'account.confirmTotp', { code: codeOfApp(uri) });
  expect(await codeOf(client(forced.url, confirmed.cookie).staff.browse.mutate({}))).toBe('ok');
});

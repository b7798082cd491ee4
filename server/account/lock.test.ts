/** The tablet's lock and the PIN. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { tables } from '../../db/index.ts';
import { client, codeOf, qrOf, sessionCookie, startTestConsole, type TestConsole } from '../test-console.ts';
import { isTrivialPin } from './schema.ts';
import { newcomer } from './test-account.ts';

const PIN = '493817';
let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

const { sites } = tables;
const code = { code: qrOf('demo:authenticated') };

/** A nurse with a PIN, at a locked tablet. */
async function locked() {
  const nurse = await newcomer(site);
  await nurse.calls.account.setPin.mutate({ password: nurse.password, pin: PIN });
  await nurse.calls.account.lock.mutate();
  return nurse;
}

describe('a locked screen', () => {
  it('answers nothing but its unlocking, the sign-out, and whose it is', async () => {
    const { calls, cookie } = await locked();
    for (const call of [
      () => calls.scan.lookup.mutate(code),
      () => calls.scan.today.query(),
      () => calls.staff.me.query(),
      () => calls.vouchers.issue.mutate(code),
      () => calls.account.setPin.mutate({ password: 'x', pin: PIN }),
      () => calls.account.changePassword.mutate({ password: 'x', newPassword: 'y' }),
    ]) {
      expect(await codeOf(call())).toBe('SESSION_LOCKED');
    }
    expect(await calls.account.state.query()).toMatchObject({ hurdle: 'SESSION_LOCKED', pin: true, totp: null });
    expect(await codeOf(calls.account.lock.mutate())).toBe('ok');
    const out = await fetch(`${site.url}/api/auth/sign-out`, { method: 'POST', headers: { cookie } });
    expect(out.status).toBe(200);
    expect(await codeOf(calls.account.state.query())).toBe('UNAUTHENTICATED');
  });

  it('opens by the PIN, or by the password, which can set another PIN', async () => {
    const { calls, password } = await locked();
    await calls.account.unlock.mutate({ pin: PIN });
    expect(await codeOf(calls.scan.lookup.mutate(code))).toBe('ok');
    await calls.account.lock.mutate();
    await calls.account.unlock.mutate({ password, newPin: '704182' });
    await calls.account.lock.mutate();
    expect(await codeOf(calls.account.unlock.mutate({ pin: PIN }))).toBe('WRONG_PIN');
    expect(await codeOf(calls.account.unlock.mutate({ pin: '704182' }))).toBe('ok');
  });

  it('is locked for this session only', async () => {
    const { username, password } = await locked();
    const other = client(site.url, (await site.signIn(username, password)).headers.getSetCookie()[0] ?? '');
    expect(await codeOf(other.scan.today.query())).toBe('ok');
  });

  it.each(['pin', 'password'] as const)(
    'ends the session at the fifth wrong %s, however many come at once',
    async (by) => {
      const { calls, username, password } = await locked();
      const tries = await Promise.all(
        Array.from({ length: 9 }, () => codeOf(calls.account.unlock.mutate({ [by]: '111222' }))),
      );
      const wrong = by === 'pin' ? 'WRONG_PIN' : 'WRONG_PASSWORD';
      expect(tries.filter((each) => each === wrong)).toHaveLength(4);
      expect(tries.filter((each) => each === 'TOO_MANY_TRIES')).toHaveLength(1);
      expect(await codeOf(calls.account.unlock.mutate({ pin: PIN }))).toBe('UNAUTHENTICATED');
      expect((await site.signIn(username, password)).status).toBe(200);
      const { auditEvents, staff } = tables;
      const [person] = await site.db.read.select().from(staff).where(eq(staff.username, username));
      const events = await site.db.read
        .select()
        .from(auditEvents)
        .where(eq(auditEvents.subject, person?.id ?? ''));
      const unlocks = events.filter(({ action }) => action === 'account.unlock').map(({ outcome }) => outcome);
      // Hashes end in any order.
      expect(unlocks.sort()).toEqual([...Array(5).fill(wrong), 'TOO_MANY_TRIES'].sort());
    },
  );

  it('counts wrong ones in a row', async () => {
    const { calls } = await locked();
    for (const _ of [1, 2, 3]) {
      for (const _ of [1, 2, 3]) expect(await codeOf(calls.account.unlock.mutate({ pin: '111222' }))).toBe('WRONG_PIN');
      expect(await codeOf(calls.account.unlock.mutate({ pin: PIN }))).toBe('ok');
    }
  });
});

describe('a session that nobody uses', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());
  /** Longer than a session is remembered without being looked at. */
  async function letPass(minutes: number) {
    vi.advanceTimersByTime(minutes * 60_000);
    await sleep(5_100);
  }
  const told = async (action: string) =>
    (await site.db.read.select().from(tables.auditEvents).where(eq(tables.auditEvents.action, action))).filter(
      ({ detail }) => detail === 'idle',
    );

  it('is locked for a nurse and ends for an office, by the server itself', { timeout: 60_000 }, async () => {
    const { calls, password } = await newcomer(site);
    await calls.account.setPin.mutate({ password, pin: PIN });
    const elsewhere = await site.as('nurse2');
    await site.db.write((tx) => tx.update(sites).set({ idleLockMinutes: 0 }).where(eq(sites.code, '4403050001')));
    const offices = await Promise.all(
      (['province', 'city', 'auditor', 'site_admin'] as const).map(async (who) =>
        client(site.url, sessionCookie(await site.signIn(who))),
      ),
    );
    const askOffices = () => Promise.all(offices.map((office) => codeOf(office.staff.me.query())));
    expect(await codeOf(elsewhere.scan.today.query())).toBe('ok');
    expect(new Set(await askOffices())).toEqual(new Set(['ok']));
    await letPass(4);
    expect(await codeOf(calls.scan.today.query())).toBe('ok');
    // The site's five minutes, and what pages tell once a minute. Each of what a page asks at once is refused.
    await letPass(7);
    expect(await Promise.all([codeOf(calls.staff.me.query()), codeOf(calls.scan.lookup.mutate(code))])).toEqual(
      Array(2).fill('SESSION_LOCKED'),
    );
    expect(await calls.account.state.query()).toMatchObject({ hurdle: 'SESSION_LOCKED' });
    expect(await told('account.lock')).toMatchObject([{ actor: 'system:idle', outcome: 'ok' }]);
    await calls.account.unlock.mutate({ pin: PIN });
    expect(await codeOf(calls.scan.lookup.mutate(code))).toBe('ok');
    expect(new Set(await askOffices())).toEqual(new Set(['ok']));
    await letPass(32);
    expect(new Set(await askOffices())).toEqual(new Set(['UNAUTHENTICATED']));
    expect(await told('staff.sign_out')).toHaveLength(offices.length);
    // A site that wants no lock has none.
    expect(await codeOf(elsewhere.scan.today.query())).toBe('ok');
  });
});

describe('a PIN', () => {
  it('needs the password, is stored as argon2id says it, and is no trivial one', async () => {
    const { calls, password, username } = await newcomer(site);
    expect(await codeOf(calls.account.setPin.mutate({ password: 'wrong', pin: PIN }))).toBe('WRONG_PASSWORD');
    expect(await codeOf(calls.account.setPin.mutate({ password, pin: '123456' }))).toBe('WEAK_PIN');
    expect(await codeOf(calls.account.setPin.mutate({ password, pin: '12345' }))).toBe('BAD_INPUT');
    await calls.account.setPin.mutate({ password, pin: PIN });
    const { pins, staff } = tables;
    const [person] = await site.db.read.select().from(staff).where(eq(staff.username, username));
    const [row] = await site.db.read
      .select()
      .from(pins)
      .where(eq(pins.staffId, person?.id ?? ''));
    expect(row?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it.each([
    '000000',
    '123456',
    '654321',
    '012345',
    '890123',
    '987654',
    '121212',
    '123123',
    '112233',
    '111112',
    '135791',
  ])('is not %s', (pin) => expect(isTrivialPin(pin)).toBe(true));

  it.each([PIN, '704182', '100375', '998123'])('may be %s', (pin) => expect(isTrivialPin(pin)).toBe(false));
});

/** For tests: somebody new who is signed in, and the codes of an authenticator app. */
import { createHmac } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { tables } from '../../db/index.ts';
import { createStaff } from '../staff/create-staff.ts';
import type { Role } from '../staff/schema.ts';
import { client, codeOf, sessionCookie, type TestConsole } from '../test-console.ts';

let made = 0;
/** The half minute in which each app was asked first, of {@link codeOfApp}. */
const firstAsked = new Map<string, number>();

/** Somebody new who has changed the first password. */
export async function newcomer(site: TestConsole, place: object = { role: 'nurse', siteCode: '4401060001' }) {
  const username = `own.${++made}`;
  const input = { username, name: `第${made}人`, ...place } as { username: string; name: string; role: 'nurse' };
  const { password: first } = await (await site.as('province')).staff.create.mutate(input);
  const { cookie, password } = await site.enter(username, first);
  return { username, first, password, cookie, calls: client(site.url, cookie) };
}

/**
 * What an authenticator app shows (RFC 6238: SHA-1, 30 seconds, six digits).
 * @param uri `otpauth://…`
 * @param later half minutes after the one in which this app was asked first, so that a test's second code is the same one wherever a half
 *   minute ends: each is taken once, and one of the next half minute already
 */
export function codeOfApp(uri: string, later = 0): string {
  const first = firstAsked.get(uri) ?? Math.floor(Date.now() / 30_000);
  firstAsked.set(uri, first);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(first + later));
  const digest = createHmac('sha1', fromBase32(new URL(uri).searchParams.get('secret') ?? ''))
    .update(counter)
    .digest();
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

function fromBase32(text: string): Uint8Array {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  return Uint8Array.from(bits.join('').match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

const SYSTEM = { kind: 'system' as const, program: 'test', requestId: 'test' };
/** Of those whom {@link sessionOf} makes. */
export const PASSWORD = 'known-to-these-tests-1';
const PLACES: Partial<Record<Role, object>> = {
  nurse: { siteCode: '4401060001' },
  site_admin: { siteCode: '4401060001' },
  city: { cityCode: '4401' },
};

/** @returns the session cookie of somebody new who need not change the password */
export async function sessionOf(site: TestConsole, role: Role): Promise<string> {
  const username = `fresh.${++made}`;
  await createStaff(site.db, SYSTEM, { username, name: '新人', role, ...PLACES[role] }, PASSWORD);
  return sessionCookie(await site.signIn(username, PASSWORD));
}

/** An auditor with a second factor. */
export async function auditorWithTotp(site: TestConsole): Promise<{ username: string }> {
  const username = `totp.${++made}`;
  await createStaff(site.db, SYSTEM, { username, name: '新人', role: 'auditor' }, PASSWORD);
  const { staff } = tables;
  await site.db.write((tx) => tx.update(staff).set({ twoFactorEnabled: true }).where(eq(staff.username, username)));
  return { username };
}

/** Everything that people do to their own accounts, and both steps of a sign-in. */
export async function keepOwnAccounts(site: TestConsole): Promise<void> {
  const nurse = await newcomer(site);
  await nurse.calls.account.state.query();
  await nurse.calls.account.setPin.mutate({ password: nurse.password, pin: '493817' });
  await nurse.calls.account.lock.mutate();
  await codeOf(nurse.calls.account.unlock.mutate({ pin: '111222' }));
  await nurse.calls.account.unlock.mutate({ pin: '493817' });
  for (const _ of [1, 2, 3, 4, 5]) await codeOf(nurse.calls.account.unlock.mutate({ pin: '111222' }));
  const auditor = await newcomer(site, { role: 'auditor' });
  await auditor.calls.account.endSessions.mutate();
  for (const end of ['dropTotp', 'resetTotp']) {
    const signedIn = client(site.url, sessionCookie(await site.signIn(auditor.username, auditor.password)));
    const { uri } = await signedIn.account.enrolTotp.mutate(auditor);
    await codeOf(signedIn.account.confirmTotp.mutate({ code: '000000' }));
    await signedIn.account.confirmTotp.mutate({ code: codeOfApp(uri) });
    const owing = (await site.signIn(auditor.username, auditor.password)).headers
      .getSetCookie()
      .map((c) => c.split(';')[0]);
    for (const code of ['000000', codeOfApp(uri, 1)]) {
      const given = await fetch(`${site.url}/api/auth/sign-in/code`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie: owing.join('; ') },
        body: JSON.stringify({ code }),
      });
      if (given.status !== 200) continue;
      const cookie = given.headers.getSetCookie().map((c) => c.split(';')[0]);
      if (end === 'dropTotp') await client(site.url, cookie.join('; ')).account.dropTotp.mutate(auditor);
      else await (await site.as('province')).staff.resetTotp.mutate(auditor);
    }
  }
  await (await site.as('province')).staff.liftWait.mutate({ username: nurse.username });
}

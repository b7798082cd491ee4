/** An issuer's secret is changed while its app goes on making codes. */
import { and, eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { cardNoOf } from '../../db/demo/fixed-residents.ts';
import { tables } from '../../db/index.ts';
import { makeSealer } from '../exchange/seal.ts';
import { dynamicCodeKeys, makeDynamicCode } from '../health-code/dynamic-code.ts';
import { client, codeOf, sessionCookie, startTestConsole, type TestConsole } from '../test-console.ts';
import { shanghaiTime } from '../time.ts';

const { auditEvents, codeIssuers } = tables;
const CARD = cardNoOf('demo:authenticated');
const HOUR = 60 * 60 * 1000;
let site: TestConsole;
let issuers: Awaited<ReturnType<TestConsole['as']>>['issuers'];
let code: string;
let first: string;
let number = 0;
beforeAll(async () => {
  site = await startTestConsole();
  issuers = (await site.as('city')).issuers;
});
beforeEach(async () => {
  number += 1;
  const made = await issuers.create.mutate({ code: `TURN${number}`, cityCode: '4401', label: '测试' });
  code = made.code;
  first = made.secret;
});
afterEach(() => vi.useRealTimers());
afterAll(() => site.close());

/** How a nurse's lookups of fresh codes end, one made by each secret. */
async function lookups(...secrets: string[]) {
  // Signed in now: a session does not outlast a rotation.
  const nurse = client(site.url, sessionCookie(await site.signIn('nurse')));
  const ends: string[] = [];
  for (const secret of secrets) {
    const made = { cardNo: CARD, issuer: code, expiresAt: new Date(Date.now() + 60_000) };
    ends.push(await codeOf(nurse.scan.lookup.mutate({ code: makeDynamicCode(dynamicCodeKeys(secret), made) })));
  }
  return ends;
}

const rotate = async () => (await issuers.rotate.mutate({ code })).secret;
const listed = async () => (await issuers.list.query()).find((issuer) => issuer.code === code);
const stored = async () => (await site.db.read.select().from(codeIssuers).where(eq(codeIssuers.code, code)))[0];

describe('a rotation', () => {
  it('gives a new secret at once, and lets the old one go on for 24 hours', async () => {
    const start = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: start });
    const answer = await issuers.rotate.mutate({ code });
    expect(answer).toEqual({ code, secret: expect.stringMatching(/^[\w-]{43}$/) });
    expect(answer.secret).not.toBe(first);
    expect(await lookups(first, answer.secret)).toEqual(['ok', 'ok']);
    expect(await listed()).toEqual({
      ...{ code, cityCode: '4401', label: '测试', createdAt: expect.any(String), revokedAt: null },
      formerUntil: shanghaiTime(new Date(start + 24 * HOUR)),
    });
    vi.setSystemTime(start + 24 * HOUR - 1000);
    expect(await lookups(first, answer.secret)).toEqual(['ok', 'ok']);
    vi.setSystemTime(start + 24 * HOUR);
    expect(await lookups(first, answer.secret)).toEqual(['CODE_FORGED', 'ok']);
    vi.useRealTimers();
    expect(await lookups('neither of them')).toEqual(['CODE_FORGED']);
  });

  it('is no longer told of once the old secret has ended', async () => {
    await rotate();
    await site.db.write((tx) =>
      tx.update(codeIssuers).set({ previousUntil: new Date().toISOString() }).where(eq(codeIssuers.code, code)),
    );
    expect(await listed()).toMatchObject({ formerUntil: null });
  });

  it('within that time ends the oldest secret at once', async () => {
    const second = await rotate();
    const third = await rotate();
    expect(await lookups(first, second, third)).toEqual(['CODE_FORGED', 'ok', 'ok']);
  });

  it('keeps both secrets unreadable, and is audited', async () => {
    const second = await rotate();
    const row = JSON.stringify(await stored());
    for (const secret of [first, second]) expect(row).not.toContain(secret);
    const events = await site.db.read
      .select()
      .from(auditEvents)
      .where(and(eq(auditEvents.action, 'issuer.rotate'), eq(auditEvents.subject, code)));
    expect(events).toMatchObject([{ outcome: 'ok', actorRole: 'city' }]);
    for (const secret of [first, second]) expect(JSON.stringify(events)).not.toContain(secret);
  });

  it('is for the province and the issuer’s own city, while the issuer holds', async () => {
    const province = (await site.as('province')).issuers;
    const of4403 = `SZ${code}`;
    await province.create.mutate({ code: of4403, cityCode: '4403', label: '测试' });
    expect(await codeOf(issuers.rotate.mutate({ code: of4403 }))).toBe('ISSUER_NOT_FOUND');
    expect(await codeOf(province.rotate.mutate({ code: of4403.toLowerCase() }))).toBe('ok');
    expect(await codeOf(issuers.rotate.mutate({ code: 'NOBODY' }))).toBe('ISSUER_NOT_FOUND');
    const second = await rotate();
    await issuers.revoke.mutate({ code });
    expect(await codeOf(issuers.rotate.mutate({ code }))).toBe('ISSUER_NOT_FOUND');
    expect(await lookups(first, second)).toEqual(['CODE_FORGED', 'CODE_FORGED']);
    expect(await listed()).toMatchObject({ revokedAt: expect.any(String), formerUntil: null });
  });
});

it('another AUTH_SECRET makes codes forged ones until the secret is rotated', async () => {
  const sealed = makeSealer('another-secret-than-that-of-these-tests').seal(first);
  await site.db.write((tx) => tx.update(codeIssuers).set({ sealed }).where(eq(codeIssuers.code, code)));
  expect(await lookups(first)).toEqual(['CODE_FORGED']);
  const second = await rotate();
  expect(await lookups(first, second)).toEqual(['CODE_FORGED', 'ok']);
  // What can't be opened does not hold for another day.
  expect(await listed()).toMatchObject({ formerUntil: null });
  expect(await lookups(second, await rotate())).toEqual(['ok', 'ok']);
});

/** The two ways to sign in to the exchange, and every way that is none. */
import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tables } from '../../db/index.ts';
import { startTestConsole, type TestConsole } from '../test-console.ts';
import { makeSealer } from './seal.ts';
import { APP_4401, fictionalRecord, send, signed, upload } from './test-exchange.ts';
import { MOST_AT_ONCE, MOST_FAILED } from './unproven.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

const BATCHES = '/api/exchange/v1/batches';
const bodyOf = (cdBatch: string) =>
  JSON.stringify({ cd_batch: cdBatch, records: [{ ...fictionalRecord(1), cd_batch: cdBatch }] });
const codeOf = async (response: Response) => `${response.status} ${(await response.json()).code}`;
const minutes = (n: number) => n * 60_000;

describe('the signed form', () => {
  const body = bodyOf('4401261123110000001');

  it('is taken, with and without a query', async () => {
    expect((await signed(site, 'POST', BATCHES, { body })).status).toBe(200);
    const target = `${BATCHES}?cd_batch=4401261123110000001`;
    expect((await signed(site, 'POST', target, { body })).status).toBe(200);
    expect((await signed(site, 'GET', `${BATCHES}/4401261123110000001`)).status).toBe(200);
  });

  it.each([
    ['forged: signed with another secret', { app: { ...APP_4401, secret: 'demo-secret-4403' } }, 'SIGNATURE_INVALID'],
    [
      'tampered: one byte of the body differs',
      { over: { body: body.replace('示例路1', '示例路2') } },
      'SIGNATURE_INVALID',
    ],
    [
      'tampered: only the query differs',
      { over: { target: `${BATCHES}?cd_batch=4401261123110000001` } },
      'SIGNATURE_INVALID',
    ],
    ['tampered: another nonce', { over: { 'x-nonce': randomUUID() } }, 'SIGNATURE_INVALID'],
    ['tampered: another time', { over: { 'x-timestamp': String(Date.now() + 1) } }, 'SIGNATURE_INVALID'],
    ['tampered: a bit of the signature', { over: { 'x-sign': '0'.repeat(64) } }, 'SIGNATURE_INVALID'],
    ['no signature', { over: { 'x-sign': '' } }, 'SIGNATURE_INVALID'],
    ['a signature that is none', { over: { 'x-sign': 'zz' } }, 'SIGNATURE_INVALID'],
    ['a nonce that is too short', { nonce: 'abc' }, 'SIGNATURE_INVALID'],
    ['a time in seconds', { over: { 'x-timestamp': '1795000000' } }, 'SIGNATURE_INVALID'],
    ['expired: over five minutes old', { at: Date.now() - minutes(5) - 5000 }, 'SIGNATURE_EXPIRED'],
    ['from the future: over five minutes ahead', { at: Date.now() + minutes(5) + 60_000 }, 'SIGNATURE_EXPIRED'],
    ['an app that is none', { app: { ...APP_4401, appId: 'demo-4499' } }, 'UNAUTHENTICATED'],
    ['another app', { over: { 'x-app-id': 'demo-4403' } }, 'SIGNATURE_INVALID'],
  ])('refuses %s', async (_, options, code) => {
    const fresh = { ...options, over: { ...('over' in options ? options.over : {}) } };
    expect(await codeOf(await signed(site, 'POST', BATCHES, { body, ...fresh }))).toBe(`401 ${code}`);
  });

  it('refuses a replay, of an upload and of a reading', async () => {
    const nonce = randomUUID();
    const at = Date.now();
    expect((await signed(site, 'POST', BATCHES, { body, nonce, at })).status).toBe(200);
    expect(await codeOf(await signed(site, 'POST', BATCHES, { body, nonce, at }))).toBe('401 NONCE_REPLAYED');
    const target = `${BATCHES}/4401261123110000001`;
    const reading = { nonce: randomUUID(), at };
    expect((await signed(site, 'GET', target, reading)).status).toBe(200);
    expect(await codeOf(await signed(site, 'GET', target, reading))).toBe('401 NONCE_REPLAYED');
  });

  it('takes a nonce once when two come at once, and spoils none by a wrong signature', async () => {
    const nonce = randomUUID();
    const at = Date.now();
    expect((await signed(site, 'POST', BATCHES, { body, nonce, at, over: { 'x-sign': 'f'.repeat(64) } })).status).toBe(
      401,
    );
    const both = await Promise.all([1, 2].map(() => signed(site, 'POST', BATCHES, { body, nonce, at })));
    expect(both.map((response) => response.status).sort()).toEqual([200, 401]);
  });

  it('writes nothing when it is refused', async () => {
    const refused = bodyOf('4401261123110000077');
    await signed(site, 'POST', BATCHES, { body: refused, over: { 'x-sign': 'f'.repeat(64) } });
    const looked = await signed(site, 'GET', `${BATCHES}/4401261123110000077`);
    expect(looked.status).toBe(404);
  });
});

describe('Bearer', () => {
  const body = bodyOf('4401261123110000002');

  it('is taken', async () => {
    expect((await send(site, body)).status).toBe(200);
  });

  it.each(['', 'nothing', 'demo-4401', 'x'.repeat(5000)])('refuses the secret %j', async (secret) => {
    expect(await codeOf(await send(site, body, { secret }))).toBe('401 UNAUTHENTICATED');
  });
});

describe('credentials', () => {
  it('are shown once, kept unreadable, rotated with overlap and revoked', async () => {
    const city = await site.as('city');
    const made = await city.exchange.createCredential.mutate({ cityCode: '4401', label: '测试' });
    const tryWith = async (secret: string) =>
      (await upload(site, { cdBatch: '4401261123110000003', records: [fictionalRecord(3)], secret })).status;
    expect(await tryWith(made.secret)).toBe(200);
    const platforms = JSON.stringify(await city.exchange.platforms.query());
    expect(platforms).toContain(made.appId);
    expect(platforms).not.toContain(made.secret);
    const rows = await site.database.look((sql) => sql.all('SELECT * FROM credential_secrets'));
    expect(JSON.stringify(rows)).not.toContain(made.secret);

    const second = await city.exchange.rotateCredential.mutate({ appId: made.appId, overlapHours: 1 });
    expect([await tryWith(made.secret), await tryWith(second.secret)]).toEqual([200, 200]);
    const third = await city.exchange.rotateCredential.mutate({ appId: made.appId, overlapHours: 0 });
    expect([await tryWith(made.secret), await tryWith(second.secret), await tryWith(third.secret)]).toEqual([
      401, 401, 200,
    ]);
    const app = { appId: made.appId, secret: third.secret };
    expect((await signed(site, 'GET', `${BATCHES}/4401261123110000003`, { app })).status).toBe(200);
    await city.exchange.revokeCredential.mutate({ appId: made.appId });
    expect(await tryWith(third.secret)).toBe(401);
    expect((await signed(site, 'GET', `${BATCHES}/4401261123110000003`, { app })).status).toBe(401);
  });

  it('sealed under another AUTH_SECRET are no match, until they are rotated', async () => {
    const city = await site.as('city');
    const made = await city.exchange.createCredential.mutate({ cityCode: '4401', label: '测试' });
    const { credentialSecrets } = tables;
    const sealed = makeSealer('another secret of at least 32 characters').seal(made.secret);
    await site.db.write((tx) =>
      tx.update(credentialSecrets).set({ sealed }).where(eq(credentialSecrets.appId, made.appId)),
    );
    const status = async (secret: string) =>
      (await signed(site, 'GET', `${BATCHES}/4401261123110000003`, { app: { appId: made.appId, secret } })).status;
    expect(await status(made.secret)).toBe(401);
    const rotated = await city.exchange.rotateCredential.mutate({ appId: made.appId, overlapHours: 24 });
    expect([await status(made.secret), await status(rotated.secret)]).toEqual([401, 200]);
  });

  it('of another city are out of a city user’s reach', async () => {
    const city = await site.as('city');
    const outcomes = await Promise.allSettled([
      city.exchange.createCredential.mutate({ cityCode: '4403', label: '测试' }),
      city.exchange.rotateCredential.mutate({ appId: 'demo-4403' }),
      city.exchange.revokeCredential.mutate({ appId: 'demo-4403' }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect((await city.exchange.platforms.query()).map(({ code }) => code)).toEqual(['4401']);
  });

  it('of a city open no batch of another', async () => {
    await upload(site, { cdBatch: '4401261123110000004', records: [fictionalRecord(4)] });
    for (const path of ['', '/errors.csv']) {
      const response = await fetch(`${site.url}${BATCHES}/4401261123110000004${path}`, {
        headers: { authorization: 'Bearer demo-secret-4403' },
      });
      expect(response.status).toBe(404);
    }
  });
});

it('a city platform is a city of today, once', async () => {
  const province = await site.as('province');
  expect(await province.exchange.createCity.mutate({ code: '4406' })).toEqual({ name: '佛山市' });
  for (const code of ['4406', '4400', '1101', '9999']) {
    await expect(province.exchange.createCity.mutate({ code })).rejects.toThrow(/已存在|没有这个城市/);
  }
});

describe('whoever knows an app id and not its secret', () => {
  const body = bodyOf('4401261123110000009');
  const forge = (at: TestConsole, from = '10.1.1.1') =>
    signed(at, 'POST', BATCHES, { body, over: { 'x-sign': '0'.repeat(64), 'x-forwarded-for': from } });

  it('is not read any more after some, and the city goes on from elsewhere', async () => {
    const own = await startTestConsole({ trustedProxies: ['127.0.0.1'] });
    for (let n = 0; n < MOST_FAILED; n += 1) expect((await forge(own)).status).toBe(401);
    const refused = await forge(own);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    const fromElsewhere = { 'x-forwarded-for': '10.1.1.2' };
    expect((await signed(own, 'POST', BATCHES, { body, over: fromElsewhere })).status).toBe(200);
    // One machine has all addresses of its network.
    for (let n = 0; n < MOST_FAILED; n += 1) expect((await forge(own, `2001:db8:1:2:${n}::9`)).status).toBe(401);
    expect((await forge(own, '2001:db8:1:2:ffff::1')).status).toBe(429);
    expect((await forge(own, '2001:db8:1:3::1')).status).toBe(401);
    await own.close();
  });

  it('has some read at once, and no more', async () => {
    const own = await startTestConsole({ trustedProxies: ['127.0.0.1'] });
    const answers = await Promise.all(Array.from({ length: 3 * MOST_AT_ONCE }, () => forge(own)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(MOST_AT_ONCE);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    await own.close();
  });
});

/**
 * Attacks on the doors, each over HTTP. Others stand with what they attack: hostile bodies and files in exchange/ and filings/, random input in
 * malformed.test.ts, who may do what in access.test.ts, scripts in stored texts in e2e/xss.spec.ts, open redirects where there is one: to HTTPS in
 * tls/tls.test.ts, back from the gateway in city/gateway.test.ts, after the sign-in in e2e/login.spec.ts.
 */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardNoOf } from '../db/demo/fixed-residents.ts';
import { fictionalRecord, upload } from './exchange/test-exchange.ts';
import {
  client,
  codeOf,
  listProcedures,
  qrOf,
  sessionCookie,
  startTestConsole,
  type TestConsole,
} from './test-console.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

const json = { 'content-type': 'application/json' };
const me = (cookie: string) => client(site.url, cookie).staff.me.query();
const call = (procedure: string, headers: Record<string, string>, body: string) =>
  fetch(`${site.url}/api/trpc/${procedure}`, { method: 'POST', headers, body });

/** A path as it is written: fetch would tidy it. */
const get = (path: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = request(site.url, { path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end();
  });

describe('a session', () => {
  it('is not the one that somebody planted before the sign-in', async () => {
    const name = (await site.cookieOf('nurse')).split('=')[0];
    const planted = `${name}=planted.by-an-attacker`;
    const response = await fetch(`${site.url}/api/auth/sign-in/username`, {
      method: 'POST',
      headers: { ...json, cookie: planted },
      body: JSON.stringify({ username: 'nurse', password: 'demo-nurse' }),
    });
    expect(sessionCookie(response)).not.toBe(planted);
    expect(await codeOf(me(planted))).toBe('UNAUTHENTICATED');
    // Nor is a session that was there before given to whoever signs in next.
    const other = await fetch(`${site.url}/api/auth/sign-in/username`, {
      method: 'POST',
      headers: { ...json, cookie: sessionCookie(response) },
      body: JSON.stringify({ username: 'auditor', password: 'demo-auditor' }),
    });
    expect(sessionCookie(other)).not.toBe(sessionCookie(response));
  });

  it('is worth nothing to a thief once its owner signed out', async () => {
    const cookie = sessionCookie(await site.signIn('nurse'));
    expect(await codeOf(me(cookie))).toBe('ok');
    await fetch(`${site.url}/api/auth/sign-out`, { method: 'POST', headers: { cookie } });
    expect(await codeOf(me(cookie))).toBe('UNAUTHENTICATED');
  });

  it('cannot be made from another: a changed cookie is nobody’s', async () => {
    const cookie = await site.cookieOf('nurse');
    for (const changed of [
      `${cookie}x`,
      cookie.slice(0, -1),
      cookie.replace(/\.[^.]*$/, ''),
      cookie.replace(/=./, '=A'),
    ]) {
      if (changed !== cookie) expect(await codeOf(me(changed))).toBe('UNAUTHENTICATED');
    }
  });
});

describe('another site’s page, in the browser of somebody who is signed in', () => {
  const mutations = listProcedures().filter(([, type]) => type === 'mutation');
  it.each(mutations)('is refused %s', async (path) => {
    const cookie = await site.cookieOf('province');
    for (const origin of ['https://evil.example', 'null', `${site.url}.evil.example`]) {
      const response = await call(path, { ...json, cookie, origin }, '{}');
      expect(response.status).toBe(403);
    }
    // By an image or a link.
    const linked = await get(`/api/trpc/${path}?input=%7B%7D`, { cookie });
    expect(linked.status).toBe(405);
  });

  it.each(['/api/auth/sign-out', '/api/auth/sign-in/username', '/api/staff/import', '/api/filings/1/files'])(
    'is refused %s',
    async (path) => {
      const headers = { cookie: await site.cookieOf('province'), origin: 'https://evil.example' };
      expect((await fetch(site.url + path, { method: 'POST', headers, body: '{}' })).status).toBe(403);
    },
  );
});

describe('a text that speaks SQL', () => {
  const TEXTS = [
    "' OR 1=1 --",
    "'; DROP TABLE vouchers; --",
    '" OR ""="',
    "x' UNION SELECT secret FROM credentials --",
    '%',
    '_',
  ];

  it.each(TEXTS)('finds nobody: %s', async (text) => {
    const province = await site.as('province');
    const searches = [
      province.records.browse.mutate({ search: { by: 'name', text } }),
      province.staff.browse.mutate({ search: { by: 'name', text } }),
      province.sites.browse.query({ name: text }),
    ];
    for (const found of await Promise.all(searches)) expect(found.items).toEqual([]);
    const auditor = await site.as('auditor');
    expect((await auditor.audit.browse.mutate({ filter: { actor: text } })).items).toEqual([]);
    expect((await site.signIn(text, text)).status).toBe(401);
  });

  it('is kept as it is where a text may be anything', async () => {
    const city = await site.as('city');
    const label = "'); DELETE FROM staff; --";
    await city.issuers.create.mutate({ code: 'SQLTEST', cityCode: '4401', label });
    expect(await city.issuers.list.query()).toContainEqual(expect.objectContaining({ label }));
  });
});

it.each([
  '/api/exports/../../package.json',
  '/api/exports/..%2f..%2fpackage.json/file',
  '/api/exports/%2e%2e/file',
  '/api/filings/1/files/..%2f..%2f..%2fetc%2fpasswd',
  '/api/filings/../../data/console.db',
  '/api/exchange/v1/batches/..%2f..%2fpackage.json',
  '/api/trpc/../../../package.json',
  '/api//etc/passwd',
  '/api/\\..\\..\\package.json',
])('a path out of its folder leads nowhere: %s', async (path) => {
  const { status, text } = await get(path, { cookie: await site.cookieOf('province') });
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(text).not.toMatch(/"dependencies"|root:|SQLite format/);
});

describe('a header', () => {
  it('is not written by what somebody sends', async () => {
    const evil = 'a%0d%0aSet-Cookie:%20evil=1';
    for (const path of [`/api/exports/${evil}/file`, `/api/trpc/${evil}`, `/api/exchange/v1/batches/${evil}`]) {
      const response = await fetch(site.url + path, { headers: { cookie: await site.cookieOf('city') } });
      expect(response.headers.get('set-cookie')).toBeNull();
    }
    const told = await fetch(`${site.url}/api/health`, { headers: { 'x-request-id': 'chosen' } });
    expect(told.headers.get('x-request-id')).not.toBe('chosen');
  });

  it('may not be larger than any honest one', async () => {
    const { status } = await get('/api/health', { 'x-large': 'x'.repeat(20_000) });
    expect(status).toBe(431);
  });
});

it.each(['/api/trpc/scan.lookup', '/api/auth/sign-in/username', '/api/auth/sign-out', '/api/trpc/phone.authenticate'])(
  'a body larger than any honest one is refused: %s',
  async (path) => {
    const headers = { ...json, cookie: await site.cookieOf('nurse') };
    const body = JSON.stringify({ code: 'x'.repeat(100_000) });
    expect((await fetch(site.url + path, { method: 'POST', headers, body })).status).toBe(413);
  },
);

describe('a polluted object', () => {
  it.each([
    '{"__proto__":{"role":"province","polluted":1},"code":"x"}',
    '{"constructor":{"prototype":{"polluted":1}},"code":"x"}',
    '{"code":{"__proto__":{"polluted":1}}}',
  ])('changes nothing: %s', async (body) => {
    const headers = { ...json, cookie: await site.cookieOf('nurse') };
    for (const path of ['scan.lookup', 'vouchers.issue', 'filings.create', 'staff.create', 'phone.authenticate']) {
      const { status } = await call(path, headers, body);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    await fetch(`${site.url}/api/auth/sign-in/username`, { method: 'POST', headers: json, body });
    await upload(site, { cdBatch: '4401261123090000666', records: [JSON.parse(body)] });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect((await me(await site.cookieOf('nurse'))).role).toBe('nurse');
  });
});

describe('a text that makes a regular expression go back and forth', () => {
  // All fields of a record together are as long as one may be.
  const BOMBS = [
    'a'.repeat(10_000),
    ' '.repeat(10_000),
    '1'.repeat(10_000),
    `${'a.'.repeat(5_000)}!`,
    `${'0-'.repeat(5_000)}x`,
  ];

  it.each(BOMBS.map((bomb) => [bomb.slice(0, 4), bomb]))('is answered like any other: %j…', async (_, bomb) => {
    const cookie = await site.cookieOf('nurse');
    const headers = { ...json, cookie };
    const inputs: [string, object][] = [
      ['scan.lookup', { code: bomb }],
      ['vouchers.open', { voucherNo: bomb }],
      ['phone.authenticate', { name: bomb, idcode: bomb, phone: bomb, nationality: bomb, birthday: bomb }],
    ];
    for (const [path, input] of inputs) {
      // The test's own limit is all that it takes: an exploding expression would not end in a lifetime.
      const { status } = await call(path, headers, JSON.stringify(input));
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    const record = Object.fromEntries(Object.keys(fictionalRecord(1)).map((name) => [name, bomb]));
    const answer = await upload(site, {
      cdBatch: `44012611230900007${String(BOMBS.indexOf(bomb)).padStart(2, '0')}`,
      records: [record],
    });
    expect(await answer.json()).toMatchObject({ accepted: 0 });
  });
});

describe('whoever tries one number after another', () => {
  it('learns of a card that there is none, and nothing else', async () => {
    const nurse = await site.as('nurse');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => nurse.scan.lookup.mutate({ code: `${cardNoOf(`guess:${n}`)}:1` })),
    );
    for (const answer of answers) expect(answer).toEqual({ outcome: 'unauthenticated', known: false });
  });

  it('can’t tell another site’s voucher from one that was never printed', async () => {
    const there = await (await site.as('nurse')).vouchers.issue.mutate({ code: qrOf('demo:authenticated') });
    const stranger = await site.as('nurse2');
    const missing = `${there.voucherNo.slice(0, -4)}9999`;
    const told = await Promise.all(
      [there.voucherNo, missing].map((voucherNo) => codeOf(stranger.vouchers.reprint.mutate({ voucherNo }))),
    );
    expect(told).toEqual(['VOUCHER_NOT_FOUND', 'VOUCHER_NOT_FOUND']);
  });
});

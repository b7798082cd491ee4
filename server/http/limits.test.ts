/** Whoever asks too often waits, and nobody else does. */
import { desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tables } from '../../db/index.ts';
import { countsInMemory } from '../../db/sqlite.ts';
import { codeOf, qrOf, startTestConsole, type TestConsole } from '../test-console.ts';
import { LIMITS, limitsFor, makeLimiter } from './limits.ts';

describe('requests', () => {
  let site: TestConsole;
  beforeAll(async () => {
    site = await startTestConsole({ limits: { user: 20, site: 30, stranger: 40, address: 1_000 } });
  });
  afterAll(() => site.close());

  const ask = async (who: 'nurse' | 'site_admin' | 'nurse2' | 'province' | null, path = '/api/trpc/staff.me') =>
    fetch(site.url + path, { headers: { cookie: who ? await site.cookieOf(who) : '' } });

  it.each([',', '%2C', '%2c'])('of a batch count each, with %s between', async (comma) => {
    const own = await startTestConsole({ limits: { user: 20, site: 30, stranger: 40, address: 1_000 } });
    const cookie = await own.cookieOf('auditor');
    const send = (calls: number) =>
      fetch(`${own.url}/api/trpc/${Array(calls).fill('staff.me').join(comma)}?batch=1`, { headers: { cookie } });
    const answers = await (await send(8)).json();
    expect(answers).toHaveLength(8);
    expect((await send(11)).status).toBe(400);
    expect((await send(2)).status).toBe(429);
    await own.close();
  });

  it('of one user, of a site, of strangers', async () => {
    for (let n = 0; n < 20; n += 1) expect((await ask('nurse')).status).toBe(200);
    const refused = await ask('nurse');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(await refused.json()).toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      message: expect.stringMatching(/^请求过于频繁,请 \d+ 秒后再试$/),
    });
    // Every door, as the same person.
    for (const path of ['/api/exports/x/file', '/api/filings/1/files/x', '/api/exchange/openapi.json']) {
      expect((await ask('nurse', path)).status).toBe(429);
    }
    // Ten are left for the others of the site; other sites and offices have their own.
    for (let n = 0; n < 10; n += 1) expect((await ask('site_admin')).status).toBe(200);
    expect((await ask('site_admin')).status).toBe(429);
    expect((await ask('nurse2')).status).toBe(200);
    expect((await ask('province')).status).toBe(200);
    // Signing in was a stranger's.
    const before = 4;
    for (let n = before; n < 40; n += 1) expect((await ask(null)).status).toBe(401);
    expect((await ask(null)).status).toBe(429);
    expect((await ask('province')).status).toBe(200);
    // Whoever watches is always answered.
    for (let n = 0; n < 50; n += 1) expect((await ask(null, '/api/health')).status).toBe(200);
  });
});

it('lets a site of twenty tablets work at full speed behind one address, and offices beside it', async () => {
  const count = makeLimiter(countsInMemory(), LIMITS);
  const waits = [];
  for (let tablet = 0; tablet < 20; tablet += 1) {
    for (let call = 0; call < 12 * 6; call += 1) {
      waits.push(await count({ address: 'one', user: { id: `nurse ${tablet}`, siteCode: '4401060001' } }));
    }
  }
  for (let call = 0; call < 1_000; call += 1) waits.push(await count({ address: 'one' }));
  expect(waits.filter((wait) => wait !== null)).toEqual([]);
});

it('grow and shrink together', () => {
  expect(limitsFor(LIMITS.user)).toEqual(LIMITS);
  expect(limitsFor(600)).toEqual({ user: 600, site: 6_000, stranger: 3_000, address: 30_000 });
});

describe('lookups', () => {
  let site: TestConsole;
  beforeAll(async () => {
    site = await startTestConsole({ lookupsAMinute: 10 });
  });
  afterAll(() => site.close());

  const episodes = () =>
    site.db.read
      .select()
      .from(tables.auditEvents)
      .where(eq(tables.auditEvents.action, 'scan.too_fast'))
      .orderBy(desc(tables.auditEvents.id));

  it('of one person slow down above the minute’s number, are audited once, and hold nobody up', async () => {
    const nurse = await site.as('nurse');
    const code = { code: qrOf('demo:authenticated') };
    const time = async (call: () => Promise<unknown>) => {
      const started = performance.now();
      await call();
      return performance.now() - started;
    };
    for (let n = 0; n < 10; n += 1) await nurse.scan.lookup.mutate(code);
    expect(await episodes()).toHaveLength(0);
    const waits = [];
    for (let n = 0; n < 5; n += 1) {
      waits.push(await time(() => (n % 2 ? nurse.scan.reveal.mutate(code) : nurse.scan.lookup.mutate(code))));
    }
    expect(waits[0]).toBeGreaterThan(95);
    expect(waits[4]).toBeGreaterThan(495);
    expect(await episodes()).toMatchObject([
      { actorRole: 'nurse', outcome: 'TOO_MANY_REQUESTS', siteCode: '4401060001', subject: expect.any(String) },
    ]);
    // Many at once wait one after another, up to what a page waits for; the rest is refused.
    const flood = Array.from({ length: 40 }, () => codeOf(nurse.scan.lookup.mutate(code)));
    const other = await site.as('nurse2');
    expect(await time(() => other.scan.lookup.mutate(code))).toBeLessThan(1_000);
    // No transaction waits with them.
    expect(await time(() => other.vouchers.issue.mutate(code))).toBeLessThan(1_000);
    const codes = await Promise.all(flood);
    expect(codes.filter((each) => each === 'ok').length).toBeLessThan(15);
    expect(codes.filter((each) => each === 'ok').length).toBeGreaterThan(3);
    expect(new Set(codes)).toEqual(new Set(['ok', 'TOO_MANY_REQUESTS']));
    expect(await episodes()).toHaveLength(1);
    // Issuing answers a code with a person, too, and has a count of its own.
    for (let n = 0; n < 10; n += 1) expect(await time(() => nurse.vouchers.issue.mutate(code))).toBeLessThan(1_000);
    expect(await episodes()).toHaveLength(1);
    expect(await time(() => nurse.vouchers.issue.mutate(code))).toBeGreaterThan(95);
    expect(await time(() => nurse.vouchers.issue.mutate(code))).toBeGreaterThan(195);
    expect((await episodes()).map(({ detail }) => detail)).toEqual(['issue', 'lookup']);
    const refused = await Promise.all(
      Array.from({ length: 20 }, async () =>
        fetch(`${site.url}/api/trpc/scan.lookup`, {
          method: 'POST',
          headers: { cookie: await site.cookieOf('nurse'), 'content-type': 'application/json' },
          body: JSON.stringify(code),
        }),
      ),
    );
    expect(refused.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('8');
  });
});

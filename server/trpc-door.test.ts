/** The thin door answers as tRPC's own handler does, which answers whatever has a query string. */
import { request } from 'node:http';
import { createTRPCClient, httpBatchLink, httpLink } from '@trpc/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from './http/limits.ts';
import type { AppRouter } from './router.ts';
import { codeOf, qrOf, startTestConsole, type TestConsole } from './test-console.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

interface Sent {
  path?: string;
  body?: string;
  headers?: Record<string, string>;
}

async function send(url: string, { body = '{}', headers = {} }: Sent) {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
  return fetch(`${site.url}/api/trpc/${url}`, init);
}

/** What differs between any two calls. */
const NEVER_THE_SAME = ['requestId', 'printCount', 'issuedAt', 'printed'];
const settled = (value: unknown) =>
  JSON.parse(JSON.stringify(value), (key, each) => (NEVER_THE_SAME.includes(key) ? `any ${key}` : each));

const CASES: [what: string, sent: Sent, as: 'nurse' | 'city' | null, status: number][] = [
  ['a resident', { body: JSON.stringify({ code: qrOf('demo:authenticated') }) }, 'nurse', 200],
  ['nobody known', { body: JSON.stringify({ code: `${'F'.repeat(64)}:1` }) }, 'nurse', 200],
  ['a voucher', { path: 'vouchers.issue', body: JSON.stringify({ code: qrOf('demo:authenticated') }) }, 'nurse', 200],
  ['no health code', { body: JSON.stringify({ code: 'http://example.invalid' }) }, 'nurse', 400],
  ['no input', { body: '' }, 'nurse', 400],
  ['null', { body: 'null' }, 'nurse', 400],
  ['another type', { body: '{"code":7}' }, 'nurse', 400],
  ['a dangerous key', { body: '{"__proto__":{"code":"x"},"constructor":1}' }, 'nurse', 400],
  ['a code of other signs', { body: JSON.stringify({ code: '😀\u0000' }) }, 'nurse', 400],
  ['a byte order mark', { body: '\uFEFF{"code":"x"}' }, 'nurse', 400],
  ['no JSON', { body: '{"code":' }, 'nurse', 400],
  ['nobody', { body: '{"code":"x"}' }, null, 401],
  ['another role', { body: JSON.stringify({ code: qrOf('demo:authenticated') }) }, 'city', 403],
];

describe('the thin door', () => {
  it.each(CASES)('answers as tRPC does: %s', async (_what, sent, as, status) => {
    const path = sent.path ?? 'scan.lookup';
    const headers: Record<string, string> = as ? { cookie: await site.cookieOf(as) } : {};
    const thin = await send(path, { ...sent, headers });
    const own = await send(`${path}?own`, { ...sent, headers });
    expect(thin.status).toBe(status);
    expect([thin.status, settled(await thin.json())]).toEqual([own.status, settled(await own.json())]);
    const heads = [thin, own].map((answer) => Object.fromEntries(answer.headers));
    // Caches keep none of it, whatever it varies by.
    const { vary: _, ...ownHead } = heads[1] ?? {};
    const changing = { date: '', 'x-request-id': '', 'content-length': '' };
    expect({ ...heads[0], ...changing }).toEqual({ ...ownHead, ...changing });
  });

  it('is what the pages call, and batches answer the same', async () => {
    const headers = { cookie: await site.cookieOf('nurse') };
    const [one, many] = [httpLink, httpBatchLink].map((link) =>
      createTRPCClient<AppRouter>({ links: [link({ url: `${site.url}/api/trpc`, headers })] }),
    );
    const code = qrOf('demo:child');
    const [single, ...batched] = await Promise.all([
      one?.scan.lookup.mutate({ code }),
      many?.scan.lookup.mutate({ code }),
      many?.scan.lookup.mutate({ code }),
    ]);
    expect(batched).toEqual([single, single]);
    const wrong = [one, many].map((client) => codeOf(client?.scan.lookup.mutate({ code: 'x' }) ?? Promise.resolve()));
    expect(await Promise.all(wrong)).toEqual(['NOT_HEALTH_CODE', 'NOT_HEALTH_CODE']);
  });

  it('refuses pages of other sites, and bodies that are too large, sent whole or bit by bit', async () => {
    const foreign = await send('scan.lookup', { headers: { origin: 'http://evil.invalid' } });
    expect([foreign.status, (await foreign.json()).code]).toEqual([403, 'FORBIDDEN']);
    const large = await send('scan.lookup', { body: JSON.stringify({ code: 'x'.repeat(70_000) }) });
    expect([large.status, (await large.json()).code]).toEqual([413, 'TOO_LARGE']);
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
      const call = request(`${site.url}/api/trpc/scan.lookup`, { method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      call.once('error', reject);
      for (let part = 0; part < 10; part += 1) call.write('x'.repeat(10_000));
      call.end();
    });
    expect(status).toBe(413);
  });

  it('hears out a body that comes after its head and in parts, cut anywhere', async () => {
    const headers = { 'content-type': 'application/json', cookie: await site.cookieOf('nurse') };
    const body = Buffer.from(JSON.stringify({ code: qrOf('demo:child'), note: '中文' }));
    const whole = await (
      await send('scan.lookup', { headers: { cookie: headers.cookie }, body: body.toString() })
    ).json();
    const parts = [body.subarray(0, 9), body.subarray(9, body.length - 4), body.subarray(body.length - 4)];
    const text = await new Promise<string>((resolve, reject) => {
      const call = request(`${site.url}/api/trpc/scan.lookup`, { method: 'POST', headers }, (answer) => {
        answer.setEncoding('utf8');
        let heard = '';
        answer.on('data', (part) => {
          heard += part;
        });
        answer.once('end', () => resolve(heard));
      });
      call.once('error', reject);
      call.flushHeaders();
      parts.forEach((part, n) => void setTimeout(() => call.write(part), 30 * (n + 1)));
      setTimeout(() => call.end(), 30 * (parts.length + 1));
    });
    expect(whole.result.data.outcome).toBe('authenticated');
    expect(JSON.parse(text)).toEqual(whole);
  });

  it('counts against the limits, as every door', async () => {
    const slow = await startTestConsole({ limits: { ...LIMITS, user: 3 } });
    const headers = { 'content-type': 'application/json', cookie: await slow.cookieOf('nurse') };
    const call = () => fetch(`${slow.url}/api/trpc/scan.lookup`, { method: 'POST', headers, body: '{"code":"x"}' });
    const statuses = [await call(), await call(), await call(), await call()].map(({ status }) => status);
    expect(statuses).toEqual([400, 400, 400, 429]);
    const last = await call();
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await last.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    await slow.close();
  });
});

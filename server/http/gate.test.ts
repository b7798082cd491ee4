/** What every request passes: headers, sizes, time. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestConsole, type TestConsole } from '../test-console.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole({ bodyMs: 1_000 });
});
afterAll(() => site.close());

const JSON_TYPE = { 'content-type': 'application/json' };

/** Sends by hand. @returns what came until the end, and after how long, ms */
function raw(parts: string[], everyMs: number): Promise<{ answer: string; ms: number }> {
  const started = performance.now();
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(new URL(site.url).port), '127.0.0.1');
    const left = [...parts];
    const dripping = setInterval(() => {
      const part = left.shift();
      if (part !== undefined) socket.write(part);
    }, everyMs);
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(dripping);
      resolve({ answer, ms: performance.now() - started });
    });
  });
}

describe('headers', () => {
  it.each(['/', '/scan', '/nothing/here', '/_next/static/x.js'])('of %s', async (path) => {
    const { headers } = await fetch(site.url + path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/script-src 'self' 'nonce-[\w+/=]{24}' 'wasm-unsafe-eval';/);
    expect(policy).toMatch(/style-src 'self' 'nonce-[\w+/=]{24}';/);
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|\*|http:/);
    for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"]) {
      expect(policy).toContain(rule);
    }
    expect(policy).toContain("form-action 'self'");
    expect(policy).toContain("connect-src 'self'");
    judge(headers);
  });

  it('of each answer carry a nonce of their own', async () => {
    const nonces = await Promise.all(
      Array.from({ length: 20 }, async () => (await fetch(site.url)).headers.get('content-security-policy')),
    );
    expect(new Set(nonces).size).toBe(20);
  });

  it.each([
    ['/api/health', 200],
    ['/api/nothing', 404],
    ['/api/trpc/staff.me', 401],
    ['/api/exchange/openapi.json', 200],
    ['/api/exchange/v1/batches/1', 401],
    ['/api/filings/1/files/x', 400],
    ['/api/exports/x/file', 401],
    [`/api/trpc/staff.me?input=${'x'.repeat(9_000)}`, 414],
  ])('of %s', async (path, status) => {
    const answer = await fetch(site.url + path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    judge(answer.headers);
  });

  function judge(headers: Headers) {
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    const permissions = headers.get('permissions-policy') ?? '';
    expect(permissions).toContain('camera=(self)');
    expect(permissions).toContain('screen-wake-lock=(self)');
    expect(permissions).toContain('microphone=()');
    // Over plain HTTP nobody may be told to come by HTTPS only.
    expect(headers.has('strict-transport-security')).toBe(false);
    expect(headers.has('x-powered-by')).toBe(false);
  }
});

describe('pages', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('take no %s', async (method) => {
    const refused = await fetch(`${site.url}/login`, { method, ...(method === 'OPTIONS' ? {} : { body: 'x' }) });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('are answered to GET and HEAD', async () => {
    for (const method of ['GET', 'HEAD']) expect((await fetch(`${site.url}/login`, { method })).status).toBe(200);
  });

  it('are counted by address, and what they are drawn with is not', async () => {
    const few = await startTestConsole({ limits: { user: 1_000, site: 1_000, stranger: 5, address: 1_000 } });
    const ask = (path: string) => fetch(few.url + path);
    for (let n = 0; n < 5; n += 1) expect((await ask('/login')).status).toBe(200);
    const refused = await ask('/login');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask('/_next/static/x.js')).status).toBe(200);
    // The API has a count of its own.
    expect((await ask('/api/exchange/openapi.json')).status).toBe(200);
    await few.close();
  });
});

describe('sizes', () => {
  it('of addresses', async () => {
    const long = await fetch(`${site.url}/scan?${'x'.repeat(9_000)}`);
    expect([long.status, (await long.json()).code]).toEqual([414, 'TOO_LARGE']);
    expect((await fetch(`${site.url}/scan?${'x'.repeat(7_000)}`)).status).toBe(200);
  });

  it('of headers', async () => {
    const many = Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`x-${n}`, '1']));
    expect((await fetch(`${site.url}/api/health`, { headers: many })).status).toBe(431);
    expect((await fetch(`${site.url}/api/health`, { headers: { 'x-long': 'x'.repeat(17_000) } })).status).toBe(431);
  });

  it.each(['/api/trpc/scan.lookup', '/api/auth/sign-in/username', '/api/auth/sign-out', '/api/nothing'])(
    'of bodies at %s',
    async (path) => {
      const answer = await fetch(site.url + path, { method: 'POST', headers: JSON_TYPE, body: 'x'.repeat(70_000) });
      expect([answer.status, (await answer.json()).code]).toEqual([413, 'TOO_LARGE']);
    },
  );

  it('of bodies that do not tell their length', async () => {
    const chunk = `1000\r\n${'x'.repeat(4096)}\r\n`;
    const { answer } = await raw(
      [
        'POST /api/trpc/scan.lookup HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
        `${chunk.repeat(20)}0\r\n\r\n`,
      ],
      20,
    );
    expect(answer).toContain(' 413 ');
  });
});

// Each mostly waits.
describe.concurrent('time', () => {
  it('ends a connection whose headers drip', async () => {
    const { answer, ms } = await raw(
      ['GET /api/health HTTP/1.1\r\n', ...Array.from({ length: 60 }, (_, n) => `X-${n}: 1\r\n`)],
      500,
    );
    expect(answer).toContain(' 408 ');
    expect(ms).toBeLessThan(16_000);
  });

  it('ends a connection that says nothing', async () => {
    expect((await raw([], 1_000)).ms).toBeLessThan(16_000);
  });

  it('ends a connection whose small body drips', async () => {
    const head = 'POST /api/auth/sign-in/username HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n';
    const { ms } = await raw([`${head}Content-Type: application/json\r\n\r\n`, ...Array(60).fill('x')], 200);
    expect(ms).toBeLessThan(6_000);
  });

  it('answers others meanwhile', async () => {
    const slow = Array.from({ length: 200 }, () => raw(['GET / HTTP/1.1\r\n'], 100));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const started = performance.now();
    expect((await fetch(`${site.url}/api/health`)).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(2_000);
    await Promise.all(slow);
  });
});

/** HTTPS for tablets: the certificates, the two ports, and what may be had in plain. */
import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestDatabase } from '../../db/test-database.ts';
import { EVIDENCE } from '../../e2e/evidence.ts';
import { startServer } from '../../e2e/server.ts';
import { readSettings } from '../settings.ts';
import { startTestConsole, type TestConsole } from '../test-console.ts';

const folder = mkdtempSync(join(tmpdir(), 'console-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string) => join(folder, name);
const certificateIn = (name: string) => new X509Certificate(readFileSync(file(name)));
const run = (...options: string[]) =>
  execFileSync(
    process.execPath,
    ['dist/tls.command.js', '--folder', folder, ...options],
    // A refusal's line is read from the error.
    { encoding: 'utf8', stdio: 'pipe' },
  );
const days = (certificate: X509Certificate) =>
  (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000;

beforeAll(() => {
  run('--host', 'console.example', '--host', '10.20.30.40');
});

describe('npm run tls', () => {
  it('makes an authority of ten years and a certificate of 397 days for the hosts, for its owner’s eyes only', () => {
    const authority = certificateIn('authority.crt');
    const server = certificateIn('server.crt');
    expect(authority.ca).toBe(true);
    expect(days(authority)).toBe(3650);
    expect(server.ca).toBe(false);
    expect(days(server)).toBe(397);
    expect(server.verify(authority.publicKey)).toBe(true);
    expect(server.checkIssued(authority)).toBe(true);
    for (const name of ['console.example', 'localhost']) expect(server.checkHost(name)).toBe(name);
    for (const address of ['10.20.30.40', '127.0.0.1', '::1']) expect(server.checkIP(address)).toBe(address);
    expect(server.checkHost('another.example')).toBeUndefined();
    for (const name of ['authority.crt', 'authority.key', 'server.crt', 'server.key']) {
      expect(statSync(file(name)).mode & 0o777).toBe(0o600);
    }
  });

  it('run again renews the certificate by the same authority, for the same hosts', () => {
    const [authority, server] = [certificateIn('authority.crt'), certificateIn('server.crt')];
    expect(run()).toContain(`kept the authority in ${folder}, SHA-256 ${authority.fingerprint256}`);
    expect(certificateIn('authority.crt').fingerprint256).toBe(authority.fingerprint256);
    const renewed = certificateIn('server.crt');
    expect(renewed.fingerprint256).not.toBe(server.fingerprint256);
    expect(renewed.checkIP('10.20.30.40')).toBe('10.20.30.40');
    expect(new Set(renewed.subjectAltName?.split(', ')).size).toBe(renewed.subjectAltName?.split(', ').length);
    run('--host', 'moved.example');
    expect(certificateIn('server.crt').checkIP('10.20.30.40')).toBeUndefined();
  });

  it.each(['a b', '*', 'http://x', '-x', ''])('refuses the host %j', (host) => {
    expect(() => run(`--host=${host}`)).toThrow('is neither a name nor an address');
  });
});

describe('a console with a certificate', () => {
  let site: TestConsole;
  let ca: Buffer;
  beforeAll(async () => {
    ca = readFileSync(file('authority.crt'));
    // A proxy on this machine, so that requests of other machines can be made.
    site = await startTestConsole({
      tls: { cert: file('server.crt'), key: file('server.key') },
      trustedProxies: ['127.0.0.1'],
    });
  });
  afterAll(() => site.close());

  interface Answer {
    status: number;
    headers: Record<string, string | string[] | undefined>;
    body: Buffer;
  }
  function ask(
    url: string,
    options: { path?: string; method?: string; headers?: Record<string, string>; body?: string } = {},
  ) {
    const agent = new Agent({ ca });
    const { body, ...how } = options;
    return new Promise<Answer>((resolve, reject) => {
      const sent = (url.startsWith('https') ? request : plainRequest)(
        url,
        { ...how, ...(url.startsWith('https') ? { agent } : {}) },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part) => parts.push(part));
          response.on('end', () => {
            agent.destroy();
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) });
          });
        },
      );
      sent.on('error', reject).end(body);
    });
  }
  const secure = (path: string) => `https://localhost:${site.listening.port}${path}`;
  const plain = (path: string) => `http://127.0.0.1:${site.listening.httpPort}${path}`;
  const elsewhere = { 'x-forwarded-for': '10.1.1.1', host: 'console.example:3080' };

  it('answers whoever trusts the authority, and tells to stay with HTTPS', async () => {
    const answer = await ask(secure('/api/health'));
    expect(answer.status).toBe(200);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    await expect(fetch(secure('/api/health'))).rejects.toThrow();
  });

  it('gives Secure cookies over HTTPS', async () => {
    const signIn = (url: string) =>
      ask(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(url.startsWith('https') && { origin: secure('') }) },
        body: JSON.stringify({ username: 'nurse', password: 'demo-nurse' }),
      });
    expect((await signIn(secure('/api/auth/sign-in/username'))).headers['set-cookie']).toEqual([
      expect.stringMatching(/; HttpOnly.*; Secure$/),
    ]);
    expect((await signIn(plain('/api/auth/sign-in/username'))).headers['set-cookie']?.[0]).not.toContain('Secure');
  });

  it('sends plain requests of other machines to HTTPS, with path and method', async () => {
    for (const [path, method] of [
      ['/', 'GET'],
      ['/scan?x=1', 'GET'],
      ['/api/trpc/scan.lookup', 'POST'],
      ['/trust/../scan', 'GET'],
      ['/trusted', 'GET'],
      ['/_next/static/../../scan', 'GET'],
      ['/_next/static/%2e%2e/%2e%2e/login', 'GET'],
    ] as const) {
      const answer = await ask(plain(path), { method, headers: elsewhere });
      expect(answer.status).toBe(308);
      const to = new URL(path, 'http://x');
      expect(new URL(String(answer.headers.location)).host).toBe(`console.example:${site.listening.port}`);
      expect(new URL(String(answer.headers.location)).pathname).toBe(to.pathname);
    }
  });

  it.each([
    'a/b@c',
    'console.example@evil.example',
    'evil.example/',
    'evil.example?',
    '\\evil.example',
    'a:1:2',
    '[::1',
  ])('sends nobody to the strange host %j', async (host) => {
    const { status, headers } = await ask(plain('/'), { headers: { ...elsewhere, host } });
    expect([status, headers.location]).toEqual([400, undefined]);
  });

  it.each(['//evil.example/x', '/\\evil.example', '/@evil.example', 'http://evil.example/x'])(
    'sends whoever asks for %s to itself',
    async (path) => {
      const { headers } = await ask(plain('/'), { path, headers: elsewhere });
      if (headers.location)
        expect(new URL(String(headers.location)).host).toBe(`console.example:${site.listening.port}`);
    },
  );

  it('serves this machine itself in plain', async () => {
    expect((await ask(plain('/scan'))).status).toBe(200);
    expect((await fetch(`${site.listening.ownUrl}/api/health`)).status).toBe(200);
  });

  it('gives everybody the page of trust and the authority’s certificate, and nothing but the certificate', async () => {
    expect((await ask(plain('/trust'), { headers: elsewhere })).status).toBe(200);
    // Somebody may have put the key into the same file.
    copyFileSync(file('authority.crt'), file('kept.crt'));
    appendFileSync(file('authority.crt'), readFileSync(file('authority.key')));
    const { status, headers, body } = await ask(plain('/api/trust/authority.crt'), { headers: elsewhere });
    copyFileSync(file('kept.crt'), file('authority.crt'));
    expect([status, headers['content-type']]).toEqual([200, 'application/x-x509-ca-cert']);
    expect(body.equals(certificateIn('authority.crt').raw)).toBe(true);
    const told = await ask(plain('/api/trpc/trust.read'), { headers: elsewhere });
    expect(JSON.parse(String(told.body)).result.data).toMatchObject({
      httpsPort: site.listening.port,
      httpPort: site.listening.httpPort,
      names: expect.arrayContaining(['localhost', 'moved.example']),
      authority: { fingerprint: certificateIn('authority.crt').fingerprint256 },
    });
  });

  it('takes over a replaced certificate without a restart, and keeps the old one while the new is broken', async () => {
    const shown = () =>
      new Promise<string>((resolve, reject) => {
        const socket: TLSSocket = tlsConnect({ port: site.listening.port, host: 'localhost', ca }, () => {
          resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
          socket.end();
        }).on('error', reject);
      });
    const before = await shown();
    const good = readFileSync(file('server.crt'));
    writeFileSync(file('server.crt'), 'half of a certif');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await shown()).toBe(before);
    writeFileSync(file('server.crt'), good);
    run('--host', 'new.example');
    await expect.poll(shown, { timeout: 10_000 }).toBe(certificateIn('server.crt').fingerprint256);
    expect((await ask(secure('/api/health'))).status).toBe(200);
  });
});

describe('the program', () => {
  const isAlive = (port: number) =>
    spawnSync(process.execPath, ['server/operations/is-alive.js'], { env: { ...process.env, PORT: String(port) } })
      .status;
  const secret = { NODE_ENV: 'production' as const, AUTH_SECRET: 's'.repeat(32), DATA_KEYS: 'keys.json' };

  it('reads its settings', () => {
    const paths = { TLS_CERT: file('server.crt'), TLS_KEY: file('server.key') };
    expect(readSettings({ ...secret, ...paths }, [])).toMatchObject({
      tls: { cert: file('server.crt'), key: file('server.key') },
      httpPort: 3080,
      trustedProxies: [],
      lookupsAMinute: 60,
      requestsAMinute: 1200,
    });
    const more = { TLS_CERT: 'off', HTTP_PORT: 'off', TRUSTED_PROXIES: '10.0.0.1, fd00::/8' };
    expect(readSettings({ ...secret, ...more }, [])).toMatchObject({
      ...{ tls: null, httpPort: null, trustedProxies: ['10.0.0.1', 'fd00::/8'] },
    });
  });

  it.each([
    [{ TLS_CERT: 'x' }, 'TLS_KEY'],
    [{ HTTP_PORT: 'on' }, 'HTTP_PORT'],
    [{ TRUSTED_PROXIES: '10.0.0.1,nginx' }, 'TRUSTED_PROXIES'],
    [{ REQUESTS_A_MINUTE: 'many' }, 'REQUESTS_A_MINUTE'],
    [{ LOOKUPS_A_MINUTE: '0' }, 'LOOKUPS_A_MINUTE'],
  ])('refuses %j', (env, named) => {
    expect(() => readSettings({ ...secret, ...env }, [])).toThrow(named);
  });

  it('listens with them, and takes over a new certificate at SIGHUP', async () => {
    const database = await makeTestDatabase();
    const server = await startServer({
      databaseUrl: database.url,
      flags: ['--demo', '--api-only'],
      logFile: join(EVIDENCE.api, 'tls.log'),
      env: { TLS_CERT: file('server.crt'), TLS_KEY: file('server.key'), HTTP_PORT: '0' },
    });
    const log = () => readFileSync(join(EVIDENCE.api, 'tls.log'), 'utf8');
    expect(server.httpPort).toEqual(expect.any(Number));
    // A container's health check knows no scheme; one that nobody listens at is not alive.
    expect(isAlive(server.port)).toBe(0);
    if (server.httpPort) expect(isAlive(server.httpPort)).toBe(0);
    run('--host', 'third.example');
    server.process.kill('SIGHUP');
    await expect.poll(log, { timeout: 10_000 }).toContain('certificate replaced');
    await server.stop();
    expect(isAlive(server.port)).toBe(1);
    await database.drop();
  });
});

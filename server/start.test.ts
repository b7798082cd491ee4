/** The program itself: what it needs to start, and the operator's commands. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { open } from '../db/index.ts';
import { DEMO_KEYS, makeKeys } from '../db/keys.ts';
import { makeTestDatabase, type TestDatabase } from '../db/test-database.ts';
import { EVIDENCE } from '../e2e/evidence.ts';
import { startServer, TEST_KEYS } from '../e2e/server.ts';
import { authenticated, makePhone, typed } from './city/test-city.ts';
import { readSettings } from './settings.ts';
import { client, codeOf, sessionCookie } from './test-console.ts';

const folder = mkdtempSync(join(tmpdir(), 'console-start-'));
const database = await makeTestDatabase();
const databaseUrl = database.url;
const others: TestDatabase[] = [];
const another = async () => {
  const made = await makeTestDatabase();
  others.push(made);
  return made;
};
const logFile = join(EVIDENCE.api, 'start.log');
afterAll(async () => {
  for (const each of [database, ...others]) await each.drop();
  rmSync(folder, { recursive: true });
});

function run(file: string, args: string[], env: Record<string, string> = {}) {
  const started = spawnSync(process.execPath, [file, ...args], {
    env: { ...process.env, DATABASE_URL: databaseUrl, AUTH_SECRET: '', DATA_KEYS: '', ...env },
    encoding: 'utf8',
  });
  return { code: started.status, out: started.stdout, err: started.stderr };
}

describe('settings', () => {
  const secret = 's'.repeat(32);
  const dataKeys = 'keys.json';

  it('have safe defaults', () => {
    expect(readSettings({ NODE_ENV: 'production', AUTH_SECRET: secret, DATA_KEYS: dataKeys }, [])).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      databaseUrl: 'file:data/console.db',
      dataKeys,
      demo: false,
    });
    expect(readSettings({ NODE_ENV: 'production' }, ['--demo'])).toMatchObject({
      databaseUrl: 'file:data/demo.db',
      dataKeys: DEMO_KEYS,
    });
  });

  it('name who must sign in with a code', () => {
    const env = { NODE_ENV: 'production' as const, AUTH_SECRET: secret, DATA_KEYS: dataKeys };
    expect(readSettings(env, []).totpRequired).toEqual([]);
    expect(readSettings({ ...env, TOTP_REQUIRED: 'province, auditor' }, []).totpRequired).toEqual([
      'province',
      'auditor',
    ]);
  });

  it.each([
    [{}, [], 'AUTH_SECRET'],
    [{ AUTH_SECRET: 'short' }, [], 'AUTH_SECRET'],
    [{ AUTH_SECRET: 'demo-only-secret-that-everybody-knows' }, [], 'AUTH_SECRET'],
    [{ AUTH_SECRET: secret, PORT: 'http' }, [], 'PORT'],
    [{ AUTH_SECRET: secret, DATABASE_URL: 'mysql://x' }, [], 'DATABASE_URL'],
    [{ AUTH_SECRET: secret, DATA_KEYS: dataKeys, METRICS_ALLOW: 'everybody' }, [], 'METRICS_ALLOW'],
    [{ AUTH_SECRET: secret, METRICS_TOKEN: 'short' }, [], 'METRICS_TOKEN'],
    [{ AUTH_SECRET: secret, MIN_FREE_MB: 'much' }, [], 'MIN_FREE_MB'],
    [{ AUTH_SECRET: secret, TOTP_REQUIRED: 'province,nurse' }, [], 'TOTP_REQUIRED'],
    [{ AUTH_SECRET: secret }, ['--demmo'], '--demmo'],
    [{ AUTH_SECRET: secret }, [], 'DATA_KEYS'],
    [{ AUTH_SECRET: secret, DATA_KEYS: '' }, [], 'DATA_KEYS'],
    [{ AUTH_SECRET: secret, DATA_KEYS: 'demo' }, [], 'DATA_KEYS'],
  ])('refuse %j %j', (env, flags, named) => {
    expect(() => readSettings({ NODE_ENV: 'production', ...env }, flags)).toThrow(named);
  });
});

describe('production', () => {
  it('does not start without its secret, and says what to do in one line', () => {
    const { code, err } = run('dist/main.js', ['--api-only']);
    expect(code).toBe(1);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain('AUTH_SECRET');
  });

  it('has no default user; the operator makes the site and its people, who can sign in', async () => {
    const person = ['--username', 'wang', '--name', '王护士', '--role', 'nurse', '--site', '4401060001'];
    expect(run('dist/create-staff.command.js', person).err).toContain('没有这个接种单位');
    const site = run('dist/create.command.js', ['--code', '4401060001', '--name', '示例中心']);
    expect(site).toMatchObject({ code: 0, err: '' });
    const made = run('dist/create-staff.command.js', person);
    const password = made.out.match(/only now: (\S+)/)?.[1] ?? '';
    expect(run('dist/create-staff.command.js', person)).toMatchObject({ code: 1 });

    const server = await startServer({ databaseUrl, flags: ['--api-only'], logFile });
    const signIn = (username: string, secret: string) =>
      fetch(`${server.url}/api/auth/sign-in/username`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username, password: secret }),
      });
    expect((await signIn('nurse', 'demo-nurse')).status).toBe(401);
    const first = sessionCookie(await signIn('wang', password));
    const change = { password, newPassword: 'Chosen-by-me-1' };
    expect(await codeOf(client(server.url, first).staff.me.query())).toBe('PASSWORD_CHANGE_REQUIRED');
    await client(server.url, first).account.changePassword.mutate(change);
    const cookie = sessionCookie(await signIn('wang', change.newPassword));
    const wang = client(server.url, cookie);
    expect(await wang.staff.me.query()).toMatchObject({ name: '王护士', role: 'nurse', siteName: '示例中心' });
    expect(await codeOf(wang.demo.codes.query())).not.toBe('ok');
    const [card, block] = ['A'.repeat(64), '0'.repeat(32)];
    expect(await codeOf(wang.scan.lookup.mutate({ code: `${card}:1` }))).toBe('ok');
    expect(await codeOf(wang.scan.lookup.mutate({ code: `${card}:0:${block}:NOBODY` }))).toBe('ISSUER_UNKNOWN');
    await server.stop();
  });

  it('refuses a database that the demo filled', async () => {
    const { url: demo } = await another();
    const server = await startServer({ databaseUrl: demo, flags: ['--demo', '--api-only'], logFile });
    await server.stop();
    const { code, err } = run('dist/main.js', ['--api-only'], {
      ...{ DATABASE_URL: demo, AUTH_SECRET: 's'.repeat(32), DATA_KEYS: TEST_KEYS },
    });
    expect([code, err]).toEqual([1, expect.stringContaining('this database is a demo')]);
  });

  it('refuses a database of a newer version, in one line', async () => {
    const newer = await another();
    await (await open(newer.url)).close();
    await newer.run("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('', 9999999999999)");
    const env = { DATABASE_URL: newer.url, AUTH_SECRET: 's'.repeat(32), DATA_KEYS: TEST_KEYS };
    const { code, err } = run('dist/main.js', ['--api-only'], env);
    expect([code, err.trim().split('\n').length]).toEqual([1, 1]);
    expect(err).toContain('newer version');
    // Nor does an operator's command touch it.
    expect(run('dist/create.command.js', ['--code', '4401060002', '--name', 'x'], env).err).toContain('newer version');
  });

  it('does not start in plain where its certificate can’t be looked at', () => {
    const program = join(folder, 'program');
    mkdirSync(join(program, 'data'), { recursive: true });
    // As a folder that is another user's: nobody can look behind it, root neither.
    symlinkSync('tls', join(program, 'data', 'tls'));
    const started = spawnSync(process.execPath, [resolve('dist/main.js'), '--api-only'], {
      cwd: program,
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        AUTH_SECRET: 's'.repeat(32),
        DATA_KEYS: TEST_KEYS,
        TLS_CERT: '',
      },
      encoding: 'utf8',
    });
    expect([started.status, started.stderr.trim().split('\n').length]).toEqual([1, 1]);
    expect(started.stderr).toMatch(/TLS_CERT, TLS_KEY: data\/tls\/server\.crt can't be read \(ELOOP\).*npm run tls/);
  });

  it('keeps its database for its owner, and says in the log when others read along', async () => {
    const own = join(folder, 'owned.db');
    const plainLog = join(EVIDENCE.api, 'start-plain.log');
    rmSync(plainLog, { force: true });
    const server = await startServer({
      ...{ databaseUrl: `file:${own}`, flags: ['--api-only'], logFile: plainLog, host: '0.0.0.0' },
    });
    await vi.waitFor(() => expect(readFileSync(plainLog, 'utf8')).toContain('served in plain HTTP'));
    for (const file of [own, `${own}-wal`, `${own}-shm`]) expect(statSync(file).mode & 0o077).toBe(0);
    await server.stop();
  });

  it('says that its port is taken', async () => {
    const server = await startServer({ databaseUrl, flags: ['--api-only'], logFile });
    const env = { PORT: new URL(server.url).port, AUTH_SECRET: 's'.repeat(32), DATA_KEYS: TEST_KEYS };
    const { code, err } = run('dist/main.js', ['--api-only'], env);
    expect(code).toBe(1);
    expect(err).toContain('the port is in use');
    await server.stop();
  });
});

describe('a city’s platform', () => {
  const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'));

  it.each(['0.0.0.0', ...(hasIpv6 ? ['::', '::1'] : [])])('finds the province beside it at HOST=%s', async (host) => {
    const { url: own } = await another();
    const server = await startServer({ databaseUrl: own, flags: ['--demo', '--api-only'], logFile, host });
    const { port } = new URL(server.url);
    const url = `http://${host.includes(':') ? '[::1]' : '127.0.0.1'}:${port}`;
    await authenticated(makePhone({ url }), typed('王新民'));
    const signedIn = await fetch(`${url}/api/auth/sign-in/username`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'city', password: 'demo-city' }),
    });
    const office = client(url, sessionCookie(signedIn));
    const accepted = async () => (await office.city.outbox.query({})).counts.accepted;
    await vi.waitFor(async () => expect(await accepted()).toBe(1), { timeout: 30_000, interval: 200 });
    await server.stop();
  });
});

describe('the keys of personal data', () => {
  const file = (name: string) => join(folder, name);
  const start = (dataKeys: string, env: Record<string, string> = {}) =>
    run('dist/main.js', ['--api-only'], { AUTH_SECRET: 's'.repeat(32), DATA_KEYS: dataKeys, ...env });
  const keys = (...args: string[]) => run('dist/keys.command.js', args);
  const written = (name: string, text: string) => {
    writeFileSync(file(name), text, { mode: 0o600 });
    return file(name);
  };

  /** One line that says what to do, an exit code, and nothing of a secret. */
  function expectRefused({ code, out, err }: ReturnType<typeof run>, ...named: string[]) {
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err.trim().split('\n')).toHaveLength(1);
    for (const words of ['setting DATA_KEYS', ...named]) expect(err).toContain(words);
    for (const text of [DEMO_KEYS, TEST_KEYS]) {
      for (const secret of Object.values(JSON.parse(text).keys)) expect(err).not.toContain(secret);
    }
  }

  it('are asked for, and made by a command', async () => {
    expectRefused(start(''), 'npm run keys -- create');
    expectRefused(start('demo'), 'npm run keys -- create');
    expectRefused(start(file('none.json')), 'ENOENT', 'npm run keys -- create');
    const made = keys('create', '--file', file('made.json'));
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toContain(`DATA_KEYS=${file('made.json')}`);
    const again = keys('create', '--file', file('made.json'));
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('is there already')]);
    const { keys: secrets } = JSON.parse(readFileSync(file('made.json'), 'utf8'));
    expect(made.out).not.toContain(secrets.k1);
    const { url: DATABASE_URL } = await another();
    const server = await startServer({
      ...{ databaseUrl: DATABASE_URL, flags: ['--api-only'], dataKeys: file('made.json'), logFile },
    });
    await server.stop();
    // Another file of keys is not the database's.
    keys('create', '--file', file('other.json'));
    expectRefused(start(file('other.json'), { DATABASE_URL }), 'another than the database was sealed with');
    const { index } = JSON.parse(readFileSync(file('made.json'), 'utf8'));
    const renamed = written('renamed.json', JSON.stringify({ current: 'k2', keys: { k2: secrets.k1 }, index }));
    expectRefused(start(renamed, { DATABASE_URL }), 'key k1 is missing');
    const anotherIndex = JSON.stringify({ current: 'k1', keys: secrets, index: makeKeys().index });
    expectRefused(start(anotherIndex, { DATABASE_URL }), 'index secret is another');
    chmodSync(file('made.json'), 0o640);
    expectRefused(start(file('made.json'), { DATABASE_URL }), 'chmod 600');
  });

  it('are refused where they are weak, broken or not all there', () => {
    expectRefused(start(written('broken.json', '{')), 'no JSON');
    expectRefused(start('{}'), '"current"');
    const weak = { ...makeKeys(), keys: { k1: 'a-secret-of-31-characters-12345' } };
    expectRefused(start(JSON.stringify(weak)), 'fewer than 32 characters');
    expectRefused(start(JSON.stringify({ ...makeKeys(), current: 'k7' })), 'current key is missing');
  });

  it('are asked for by commands that touch what is sealed, and by no others', async () => {
    const { url: DATABASE_URL } = await another();
    const site = ['--code', '4401060001', '--name', '示例中心'];
    expect(run('dist/create.command.js', site, { DATABASE_URL })).toMatchObject({ code: 0, err: '' });
    const register = written('register.csv', 'name,id_card_type_code,idcode\n王新民,01,440106198605129934\n');
    const bring = (env: Record<string, string>) =>
      run('dist/register.command.js', ['--file', register], { DATABASE_URL, ...env });
    const without = bring({});
    expect([without.code, without.err]).toEqual([1, expect.stringContaining('city:register: setting DATA_KEYS')]);
    expect(bring({ DATA_KEYS: TEST_KEYS })).toMatchObject({ code: 0, out: 'registered 1 persons\n' });
    expect(bring({ DATA_KEYS: 'demo' }).err).toContain('another than the database was sealed with');
    const env = { DATABASE_URL, DATA_KEYS: TEST_KEYS };
    for (const args of [['rotate'], ['prune'], ['list']]) {
      expect(run('dist/keys.command.js', args, env).err).toContain('name the file of the keys');
    }
    expect(keys('rotate', 'twice')).toMatchObject({ code: 1, err: expect.stringContaining('usage:') });
  });
});

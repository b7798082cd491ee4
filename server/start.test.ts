/** The program itself: what it needs to start, and the operator's commands. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EVIDENCE } from '../e2e/evidence.ts';
import { startServer } from '../e2e/server.ts';
import { readSettings } from './settings.ts';
import { client, codeOf, sessionCookie } from './test-console.ts';

const folder = mkdtempSync(join(tmpdir(), 'console-start-'));
const databaseUrl = `file:${join(folder, 'console.db')}`;
const logFile = join(EVIDENCE.api, 'start.log');
afterAll(() => rmSync(folder, { recursive: true }));

function run(file: string, args: string[], env: Record<string, string> = {}) {
  const started = spawnSync(process.execPath, ['--import', 'tsx', file, ...args], {
    env: { ...process.env, DATABASE_URL: databaseUrl, AUTH_SECRET: '', ...env },
    encoding: 'utf8',
  });
  return { code: started.status, out: started.stdout, err: started.stderr };
}

describe('settings', () => {
  const secret = 's'.repeat(32);

  it('have safe defaults', () => {
    expect(readSettings({ NODE_ENV: 'production', AUTH_SECRET: secret }, [])).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      databaseUrl: 'file:data/console.db',
      demo: false,
    });
    expect(readSettings({ NODE_ENV: 'production' }, ['--demo']).databaseUrl).toBe('file:data/demo.db');
  });

  it('name who must sign in with a code', () => {
    const env = { NODE_ENV: 'production' as const, AUTH_SECRET: secret };
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
    [{ AUTH_SECRET: secret, TOTP_REQUIRED: 'province,nurse' }, [], 'TOTP_REQUIRED'],
    [{ AUTH_SECRET: secret }, ['--demmo'], '--demmo'],
  ])('refuse %j %j', (env, flags, named) => {
    expect(() => readSettings({ NODE_ENV: 'production', ...env }, flags)).toThrow(named);
  });
});

describe('production', () => {
  it('does not start without its secret, and says what to do in one line', () => {
    const { code, err } = run('server/main.ts', ['--api-only']);
    expect(code).toBe(1);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain('AUTH_SECRET');
  });

  it('has no default user; the operator makes the site and its people, who can sign in', async () => {
    const person = ['--username', 'wang', '--name', '王护士', '--role', 'nurse', '--site', '4401060001'];
    expect(run('server/staff/create-staff.command.ts', person).err).toContain('没有这个接种单位');
    const site = run('server/sites/create.command.ts', ['--code', '4401060001', '--name', '示例中心']);
    expect(site).toMatchObject({ code: 0, err: '' });
    const made = run('server/staff/create-staff.command.ts', person);
    const password = made.out.match(/only now: (\S+)/)?.[1] ?? '';
    expect(run('server/staff/create-staff.command.ts', person)).toMatchObject({ code: 1 });

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
    await server.stop();
  });

  it('refuses a database that the demo filled', async () => {
    const demo = `${databaseUrl}.demo`;
    const server = await startServer({ databaseUrl: demo, flags: ['--demo', '--api-only'], logFile });
    await server.stop();
    const { code, err } = run('server/main.ts', ['--api-only'], { DATABASE_URL: demo, AUTH_SECRET: 's'.repeat(32) });
    expect([code, err]).toEqual([1, expect.stringContaining('this database is a demo')]);
  });

  it('says that its port is taken', async () => {
    const server = await startServer({ databaseUrl, flags: ['--api-only'], logFile });
    const env = { PORT: new URL(server.url).port, AUTH_SECRET: 's'.repeat(32) };
    const { code, err } = run('server/main.ts', ['--api-only'], env);
    expect(code).toBe(1);
    expect(err).toContain('the port is in use');
    await server.stop();
  });
});

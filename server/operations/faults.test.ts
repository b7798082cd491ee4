/** Full, locked, read-only and damaged: each answers 503 with its own code, writes nothing by halves, and passes where it can. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { fillDemo } from '../../db/demo/fill.ts';
import { open, tables } from '../../db/index.ts';
import { EVIDENCE } from '../../e2e/evidence.ts';
import { startServer } from '../../e2e/server.ts';
import { verifyChain } from '../audit/chain.ts';
import { freePort } from '../http/free-port.ts';
import { client, codeOf, qrOf, sessionCookie } from '../test-console.ts';

const folder = mkdtempSync(join(tmpdir(), 'console-faults-'));
const logFile = join(EVIDENCE.api, 'faults.log');
const secret = 'a-secret-of-these-tests-and-of-nothing-else';
const mounts: string[] = [];
const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  for (const mount of mounts) spawnSync('umount', ['-l', mount]);
  rmSync(folder, { recursive: true, force: true });
});

const start: typeof startServer = async (options) => {
  const server = await startServer(options);
  running.push(server.process);
  return server;
};

/** A small disk of memory; null where mounting is not permitted. */
function mountTmpfs(name: string, size: string): string | null {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]).status !== 0) return null;
  mounts.push(path);
  return path;
}
const probe = mountTmpfs('probe', '64k');
const mayMount = probe !== null;

const signIn = (url: string, username: string) =>
  fetch(`${url}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: `demo-${username}` }),
  });
const readiness = async (url: string) => {
  const response = await fetch(`${url}/api/ready`);
  const { checks } = (await response.json()) as { checks: { name: string; ok: boolean }[] };
  return { status: response.status, wrong: checks.filter(({ ok }) => !ok).map(({ name }) => name) };
};
const health = async (url: string) => (await (await fetch(`${url}/api/health`)).json()).code;

describe('a locked database', () => {
  it('answers 503 STORAGE_BUSY without standing still, and goes on once the lock is gone', {
    timeout: 90_000,
  }, async () => {
    const file = join(folder, 'locked.db');
    const server = await start({ databaseUrl: `file:${file}`, flags: ['--demo', '--api-only'], logFile });
    const nurse = client(server.url, sessionCookie(await signIn(server.url, 'nurse')));
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    const code = codeOf(nurse.vouchers.issue.mutate({ code: qrOf('demo:authenticated') }));
    const started = performance.now();
    expect(await nurse.staff.me.query()).toMatchObject({ role: 'nurse' });
    expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(3000);
    expect(await code).toBe('STORAGE_BUSY');
    expect(await readiness(server.url)).toEqual({ status: 503, wrong: ['database_write'] });
    expect(await health(server.url)).toBe('STORAGE_BUSY');
    other.exec('ROLLBACK');
    other.close();
    const voucher = await nurse.vouchers.issue.mutate({ code: qrOf('demo:authenticated') });
    expect(voucher.voucherNo).toMatch(/0001$/);
    await vi.waitFor(async () => expect(await readiness(server.url)).toEqual({ status: 200, wrong: [] }), 5000);
    expect(await health(server.url)).toBeNull();
    await server.stop();
    expect(server.process.exitCode).toBe(0);
  });
});

describe.skipIf(!mayMount)('a full disk (skipped where mounting is not permitted)', () => {
  it('answers 503 STORAGE_FULL, lives on though its log is on it too, and goes on once there is space', {
    timeout: 120_000,
  }, async () => {
    const disk = mountTmpfs('full', '24m') as string;
    const file = join(disk, 'console.db');
    const db = await open(`file:${file}`);
    await fillDemo(db, secret);
    await db.close();
    const port = await freePort();
    // Its own log is on the full disk: that must not end it.
    const log = openSync(join(disk, 'console.log'), 'a');
    const child = spawn(process.execPath, ['dist/main.js', '--demo', '--api-only'], {
      env: {
        ...process.env,
        DATABASE_URL: `file:${file}`,
        AUTH_SECRET: secret,
        PORT: String(port),
        LOG_LEVEL: 'debug',
        MIN_FREE_MB: '1',
      },
      stdio: ['ignore', log, log],
    });
    running.push(child);
    const url = `http://127.0.0.1:${port}`;
    await vi.waitFor(async () => expect((await fetch(`${url}/api/health`)).status).toBe(200), {
      timeout: 30_000,
      interval: 200,
    });
    const cookie = sessionCookie(await signIn(url, 'nurse'));
    const nurse = client(url, cookie);
    const first = await nurse.vouchers.issue.mutate({ code: qrOf('demo:authenticated') });

    // Somebody reads: the log can't begin anew in the room that it has.
    const reader = new Database(file, { readonly: true });
    reader.exec('BEGIN; SELECT count(*) FROM sites');
    const ballast = join(disk, 'ballast');
    fillUp(ballast);
    const codes = new Set<string>();
    for (let n = 0; n < 60; n += 1) codes.add(await codeOf(nurse.scan.lookup.mutate({ code: qrOf('demo:child') })));
    expect([...codes].filter((code) => code !== 'ok')).toEqual(['STORAGE_FULL']);
    expect(await codeOf(nurse.vouchers.issue.mutate({ code: qrOf('demo:child') }))).toBe('STORAGE_FULL');
    const refused = await signIn(url, 'province');
    expect([refused.status, (await refused.json()).code, refused.headers.get('retry-after')]).toEqual([
      503,
      'STORAGE_FULL',
      '10',
    ]);
    expect((await readiness(url)).wrong).toEqual(['database_write', 'disk_space']);
    expect(await health(url)).toBe('STORAGE_FULL');

    rmSync(ballast);
    reader.close();
    const second = await nurse.vouchers.issue.mutate({ code: qrOf('demo:child') });
    expect(Number(second.voucherNo.slice(-4))).toBe(Number(first.voucherNo.slice(-4)) + 1);
    await vi.waitFor(async () => expect(await readiness(url)).toEqual({ status: 200, wrong: [] }), 6000);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await gone).toBe(0);
    closeSync(log);
    expect(readFileSync(join(disk, 'console.log'), 'utf8')).not.toContain('Uncaught');

    const after = await open(`file:${file}`);
    expect(await verifyChain(after.read)).toMatchObject({ whole: true });
    expect((await after.read.select().from(tables.vouchers)).map(({ serial }) => serial).sort()).toEqual([1, 2]);
    await after.close();
  });

  it('does not start on a disk that is read-only, and says so in one line', async () => {
    const disk = mountTmpfs('readonly', '24m') as string;
    const file = join(disk, 'console.db');
    const db = await open(`file:${file}`);
    await fillDemo(db, secret);
    await db.close();
    expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0);
    const ended = startOnce(file);
    expect(ended.code).toBe(1);
    expect(ended.err.trim().split('\n')).toHaveLength(1);
    expect(ended.err).toContain("the database can't be used");
  });
});

describe('a damaged database', () => {
  it('answers 503 STORAGE_DAMAGED from the first damage that is seen, and writes no more', {
    timeout: 90_000,
  }, async () => {
    const file = join(folder, 'damaged.db');
    const db = await open(`file:${file}`);
    await db.unlock();
    await fillDemo(db, secret);
    await db.close();
    overwrite(file, 'voucher_serials');
    const server = await start({ databaseUrl: `file:${file}`, flags: ['--demo', '--api-only'], logFile });
    const nurse = client(server.url, sessionCookie(await signIn(server.url, 'nurse')));
    expect(await codeOf(nurse.scan.lookup.mutate({ code: qrOf('demo:unknown') }))).toBe('ok');
    expect(await codeOf(nurse.vouchers.issue.mutate({ code: qrOf('demo:authenticated') }))).toBe('STORAGE_DAMAGED');
    // What could still be written is not: it would stand on damage.
    expect(await codeOf(nurse.scan.lookup.mutate({ code: qrOf('demo:unknown') }))).toBe('STORAGE_DAMAGED');
    const refused = await signIn(server.url, 'nurse');
    expect([refused.status, (await refused.json()).code]).toEqual([503, 'STORAGE_DAMAGED']);
    expect(await health(server.url)).toBe('STORAGE_DAMAGED');
    expect((await readiness(server.url)).wrong).toContain('database_write');
    await server.stop();
  });

  it('tells a session that can not be read from one that is not there', { timeout: 90_000 }, async () => {
    const file = join(folder, 'sessions.db');
    const settings = { databaseUrl: `file:${file}`, flags: ['--demo', '--api-only'], logFile };
    const before = await start(settings);
    const cookie = sessionCookie(await signIn(before.url, 'nurse'));
    await before.stop();
    overwrite(file, 'sessions');
    const server = await start(settings);
    expect(await codeOf(client(server.url, cookie).staff.me.query())).toBe('STORAGE_DAMAGED');
    const door = await fetch(`${server.url}/api/exports/0/file`, { headers: { cookie } });
    expect([door.status, (await door.json()).code]).toEqual([503, 'STORAGE_DAMAGED']);
    await server.stop();
  });

  it('does not start on a file that is no database', () => {
    const file = join(folder, 'no.db');
    writeFileSync(file, 'x'.repeat(8192));
    const { code, err } = startOnce(file);
    expect([code, err.trim().split('\n').length]).toEqual([1, 1]);
    expect(err).toContain('not a database');
  });
});

function startOnce(file: string) {
  const started = spawnSync(process.execPath, ['dist/main.js', '--demo', '--api-only'], {
    env: { ...process.env, DATABASE_URL: `file:${file}`, AUTH_SECRET: secret, PORT: '0' },
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { code: started.status, err: started.stderr };
}

/** Writes nonsense over a table's first page and those of its indexes. */
function overwrite(file: string, table: string) {
  const database = new Database(file);
  const size = database.pragma('page_size', { simple: true }) as number;
  const roots = database
    .prepare('select rootpage from sqlite_master where tbl_name = ?')
    .pluck()
    .all(table) as number[];
  database.close();
  const handle = openSync(file, 'r+');
  for (const page of roots) writeSync(handle, Buffer.alloc(size, 0xa5), 0, size, (page - 1) * size);
  closeSync(handle);
}

/** Takes all the space there is, to the last page. */
function fillUp(file: string) {
  const handle = openSync(file, 'w');
  for (const size of [1024 * 1024, 4096]) {
    try {
      for (;;) writeSync(handle, Buffer.alloc(size, 1));
    } catch {
      // It is full.
    }
  }
  closeSync(handle);
  expect(existsSync(file)).toBe(true);
}

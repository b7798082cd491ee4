/** Backups by the real commands: of a server that is working, restored to the last answered voucher. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { fillDemo } from '../../db/demo/fill.ts';
import { cardNoOf } from '../../db/demo/fixed-residents.ts';
import { demoRecords } from '../../db/demo/records.ts';
import { indexesOf, open, tables } from '../../db/index.ts';
import { oldDatabase } from '../../db/test-old-database.ts';
import { EVIDENCE } from '../../e2e/evidence.ts';
import { type RunningServer, startServer } from '../../e2e/server.ts';
import { hashOf, verifyChain } from '../audit/chain.ts';
import { facetsIn } from '../records/facets.ts';
import { client, sessionCookie } from '../test-console.ts';
import { seal, unseal } from './sealed-file.ts';

const RESIDENTS = 3000;
const BACKUP_KEY = 'a-backup-key-of-these-tests-and-of-nothing-else';
const folder = mkdtempSync(join(tmpdir(), 'console-backup-'));
const database = join(folder, 'console.db');
const backups = join(folder, 'sealed');
let server: RunningServer;

beforeAll(async () => {
  const db = await open(`file:${database}`);
  await fillDemo(db, 'a-secret-of-these-tests-and-of-nothing-else');
  const model = demoRecords().find((row) => row.erhcCardNo === cardNoOf('demo:authenticated'));
  if (!model) throw new Error('the demo lost its resident');
  await db.write(async (tx) => {
    const facetId = await (await facetsIn(tx, model.cdSource))(model);
    for (let n = 0; n < RESIDENTS; n += 1) {
      const erhcCardNo = cardNoOf(`backup:${n}`);
      await tx
        .insert(tables.records)
        .values({ ...model, ...indexesOf(model), facetId, id: erhcCardNo.slice(0, 32).toLowerCase(), erhcCardNo });
    }
  });
  await db.close();
  const flags = ['--demo', '--api-only'];
  server = await startServer({ databaseUrl: `file:${database}`, flags, logFile: join(EVIDENCE.api, 'backup.log') });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** One of the commands of package.json, as npm would run it once the programs are bundled. */
function run(name: 'backup' | 'restore', args: string[], env: Record<string, string> = {}) {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const [program, ...before] = (scripts[name] as string).replace(/^.* && /, '').split(' ');
  const child = spawn(program === 'node' ? process.execPath : '', [...before, ...args], {
    env: { ...process.env, DATABASE_URL: `file:${database}`, BACKUP_KEY, ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, out, err })),
  );
}
const sealedFiles = () => readdirSync(backups).filter((name) => name.endsWith('.sealed'));
const newest = () => join(backups, sealedFiles().sort().at(-1) ?? '');

it('restores what was answered before it began, while vouchers go on being issued', { timeout: 120_000 }, async () => {
  const response = await fetch(`${server.url}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'nurse', password: 'demo-nurse' }),
  });
  const nurse = client(server.url, sessionCookie(response));
  const answered: string[] = [];
  let next = 0;
  let ended = false;
  const desks = Array.from({ length: 4 }, async () => {
    while (!ended && next < RESIDENTS) {
      const { voucherNo } = await nurse.vouchers.issue.mutate({ code: cardNoOf(`backup:${next++}`) });
      answered.push(voucherNo);
    }
  });
  await vi.waitFor(() => expect(answered.length).toBeGreaterThan(20), 30_000);
  const before = [...answered];
  const { code, out, err } = await run('backup', ['--to', backups]);
  const during = answered.length;
  await vi.waitFor(() => expect(answered.length).toBeGreaterThan(during), 30_000);
  ended = true;
  await Promise.all(desks);
  expect([code, err]).toEqual([0, '']);
  expect(out.trim().split('\n')).toHaveLength(1);
  expect(out).toMatch(/sha256 [0-9a-f]{64}; database of \d+ bytes, version 0\d+_\w+, .*\d+ vouchers/);
  // It was under load, or this test says nothing.
  expect(during).toBeGreaterThan(before.length);

  const restored = join(folder, 'restored.db');
  const told = await run('restore', [newest(), '--to', restored]);
  expect(told).toMatchObject({ code: 0, err: '' });
  expect(told.out).toContain('audit trail whole');
  const db = await open(`file:${restored}`);
  const vouchers = await db.read.select().from(tables.vouchers);
  const [counter] = await db.read.select().from(tables.voucherSerials);
  const numbers = new Set(vouchers.map(({ voucherNo }) => voucherNo));
  expect(before.filter((number) => !numbers.has(number))).toEqual([]);
  expect(vouchers.map(({ serial }) => serial).sort((a, b) => a - b)).toEqual(vouchers.map((_, n) => n + 1));
  expect(counter?.lastSerial).toBe(vouchers.length);
  expect(await verifyChain(db.read)).toMatchObject({ whole: true });
  await db.close();
});

it('backs up and restores a database of a version whose events were searchable at once', {
  timeout: 60_000,
}, async () => {
  const file = join(folder, 'old.db');
  const old = oldDatabase(file, 12);
  const event = { at: '2026-01-01T00:00:00.000Z', action: 'scan.lookup', outcome: 'unknown', actor: 'somebody' };
  const others = { actorRole: 'nurse', siteCode: null, subject: null, detail: null, requestId: 'r' };
  let hash = '';
  for (const id of [1, 2, 3]) {
    hash = hashOf(hash, { id, ...event, ...others });
    old
      .prepare(
        'INSERT INTO audit_events (id, at, action, outcome, actor, actor_role, request_id, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(id, ...Object.values(event), 'nurse', 'r', hash);
  }
  old.prepare('UPDATE audit_head SET last_id = 3, hash = ?').run(hash);
  old.close();
  const to = join(folder, 'of-old');
  expect(await run('backup', ['--to', to], { DATABASE_URL: `file:${file}` })).toMatchObject({ code: 0, err: '' });
  const restored = join(folder, 'restored-old.db');
  const told = await run('restore', [join(to, readdirSync(to)[0] ?? ''), '--to', restored]);
  expect(told).toMatchObject({ code: 0, err: '', out: expect.stringContaining('audit trail whole') });
  const db = await open(`file:${restored}`);
  expect(await verifyChain(db.read)).toMatchObject({ whole: true, count: 3 });
  await db.close();
});

it('holds nothing that can be read, and is for its owner only', () => {
  const bytes = readFileSync(newest());
  expect(statSync(newest()).mode & 0o077).toBe(0);
  expect(bytes.includes('SQLite format 3')).toBe(false);
  expect(bytes.includes(demoRecords()[0]?.name ?? '')).toBe(false);
  expect(readdirSync(backups).filter((name) => name.includes('part'))).toEqual([]);
});

it('keeps the newest', { timeout: 60_000 }, async () => {
  const first = newest();
  writeFileSync(join(backups, 'notes.txt'), 'mine');
  writeFileSync(join(backups, '.console-killed.part'), 'left by a run that was killed');
  await new Promise((resolve) => setTimeout(resolve, 1100));
  expect(await run('backup', ['--to', backups, '--keep', '1'])).toMatchObject({ code: 0 });
  expect(readdirSync(backups).sort()).toEqual([newest().split('/').at(-1), 'notes.txt'].sort());
  expect(readdirSync(backups)).not.toContain(first.split('/').at(-1));
});

it('never deletes the one that it has just made, whatever a clock that was ahead left', {
  timeout: 60_000,
}, async () => {
  const [own, ahead] = [join(folder, 'ahead'), ['console-20990101T000000Z-aaaa', 'console-20990102T000000Z-bbbb']];
  mkdirSync(own);
  for (const name of ahead) writeFileSync(join(own, `${name}.db.sealed`), '');
  for (const kept of [2, 2, 1]) {
    const { code, out } = await run('backup', ['--to', own, '--keep', String(kept)]);
    const made = out.split(':')[0]?.split('/').at(-1);
    expect(code).toBe(0);
    expect(readdirSync(own)).toContain(made);
    expect(readdirSync(own)).toHaveLength(kept);
  }
  expect(readdirSync(own).filter((name) => name.includes('2099'))).toEqual([]);
});

it('says in one line what it needs', { timeout: 60_000 }, async () => {
  for (const [name, args, env, told] of [
    ['backup', ['--to', backups], { BACKUP_KEY: '' }, 'BACKUP_KEY'],
    ['backup', ['--to', backups], { BACKUP_KEY: 'short' }, 'BACKUP_KEY'],
    ['backup', ['--to', backups, '--keep', '0'], {}, '--keep'],
    ['backup', [], { DATABASE_URL: `file:${folder}/none/none.db` }, 'there is no database'],
    ['restore', [], {}, 'name one backup'],
  ] as const) {
    const { code, err } = await run(name, [...args], env);
    expect([code, err.trim().split('\n').length, err]).toEqual([1, 1, expect.stringContaining(told)]);
  }
});

it('replaces no database unless it is told to, and none that a server holds', { timeout: 60_000 }, async () => {
  const sealed = newest();
  expect((await run('restore', [sealed])).err).toContain('--force');
  expect((await run('restore', [sealed, '--force'])).err).toContain('stop the server first');
  expect((await fetch(`${server.url}/api/ready`)).status).toBe(200);

  const target = join(folder, 'restored.db');
  const told = await run('restore', [sealed, '--to', target, '--force']);
  expect(told).toMatchObject({ code: 0, err: '' });
  expect(told.out).toContain('.before-restore-');
  const db = await open(`file:${target}`);
  expect((await verifyChain(db.read)).whole).toBe(true);
  // Somebody was signed in when it was made: may have been signed out since.
  expect(await db.read.$count(tables.sessions)).toBe(0);
  expect(await db.read.$count(tables.verifications)).toBe(0);
  await db.write((tx) => tx.update(tables.sites).set({ name: '当前的数据库' }));
  await db.close();

  // The wrong backup first, the right one second: what there was before both is still there.
  for (let n = 0; n < 2; n += 1)
    expect(await run('restore', [sealed, '--to', target, '--force'])).toMatchObject({ code: 0 });
  const asides = readdirSync(folder).filter((name) => /^restored\.db\.before-restore-[\dTZ]+-[\da-f]{4}$/.test(name));
  expect(asides).toHaveLength(3);
  expect(asides.filter((name) => readFileSync(join(folder, name)).includes('当前的数据库'))).toHaveLength(1);

  const wrong = join(folder, 'wrong.db');
  for (const [bytes, env] of [
    [readFileSync(sealed), { BACKUP_KEY: 'x'.repeat(32) }],
    [readFileSync(sealed).subarray(0, -1), {}],
    [readFileSync(sealed).fill(0, 5000, 5001), {}],
    [Buffer.from('no backup at all'), {}],
  ] as [Uint8Array, Record<string, string>][]) {
    writeFileSync(join(folder, 'bad.sealed'), bytes);
    const refused = await run('restore', [join(folder, 'bad.sealed'), '--to', wrong], env);
    expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/seal is broken|no backup/)]);
  }
  expect(readdirSync(folder).filter((name) => name.startsWith('wrong.db'))).toEqual([]);
});

it('seals any size, and opens no piece that was moved, left out or cut off', async () => {
  const MIB = 1024 * 1024;
  const all = async (source: AsyncIterable<Uint8Array>) => {
    const parts: Uint8Array[] = [];
    for await (const part of source) parts.push(part);
    return Buffer.concat(parts);
  };
  async function* inBits(bytes: Uint8Array, size: number) {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  for (const size of [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB]) {
    const bytes = Buffer.alloc(size, 'console');
    const sealed = await all(seal(inBits(bytes, 70_000), BACKUP_KEY));
    expect((await all(unseal(inBits(sealed, 65_536), BACKUP_KEY))).equals(bytes)).toBe(true);
  }
  const sealed = await all(seal(inBits(Buffer.alloc(3 * MIB), MIB), BACKUP_KEY));
  const [head, piece] = [24, MIB + 16];
  const part = (n: number) => sealed.subarray(head + n * piece, head + (n + 1) * piece);
  for (const parts of [[part(1), part(0), part(2)], [part(0), part(2)], [part(0), part(1)], []]) {
    const changed = Buffer.concat([sealed.subarray(0, head), ...parts]);
    await expect(all(unseal(inBits(changed, 99_999), BACKUP_KEY))).rejects.toThrow(/seal|no backup/);
  }
});

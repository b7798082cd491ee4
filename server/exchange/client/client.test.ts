/** The command line of a city, against the real program. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeDemoDatabase, type TestDatabase } from '../../../db/test-database.ts';
import { EVIDENCE } from '../../../e2e/evidence.ts';
import { type RunningServer, startServer } from '../../../e2e/server.ts';
import { gb18030 } from '../test-exchange.ts';

let folder: string;
let server: RunningServer;
let database: TestDatabase;
const start = (port?: number) =>
  startServer({
    databaseUrl: database.url,
    flags: ['--demo', '--api-only'],
    logFile: join(EVIDENCE.api, 'client.log'),
    port,
  });
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'console-client-'));
  database = await makeDemoDatabase();
  server = await start();
});
afterAll(async () => {
  await server.stop();
  await database.drop();
  rmSync(folder, { recursive: true });
});

const COMMAND = ['dist/exchange.command.js'];
const environment = () => ({
  ...process.env,
  EXCHANGE_URL: server.url,
  EXCHANGE_APP_ID: 'demo-4401',
  EXCHANGE_SECRET: 'demo-secret-4401',
});

function begin(
  args: string[],
  env: Record<string, string | undefined> = {},
): { child: ChildProcess; end: Promise<Ended> } {
  const child = spawn(process.execPath, [...COMMAND, ...args], { env: { ...environment(), ...env } });
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  return { child, end: new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err }))) };
}
interface Ended {
  code: number | null;
  out: string;
  err: string;
}
const run = (...args: string[]) => begin(args).end;

/** Makes a file of fictional records. */
async function sampleFile(name: string, ...args: string[]): Promise<string> {
  const file = join(folder, name);
  const made = await run('sample', ...args);
  expect(made.err).toBe('');
  writeFileSync(file, made.out);
  return file;
}
/** How many records stand, how many changes were written, and how many batches. */
async function standing(seedCardsOf: string) {
  const ids = (parse(readFileSync(seedCardsOf, 'utf8'), { columns: true }) as { id: string }[]).map(({ id }) => id);
  const found = await database.look((sql) =>
    sql.all<{ records: number; changes: number; batches: number }>(
      `SELECT count(DISTINCT r.id) AS records, count(c.id) AS changes, count(DISTINCT c.batch_id) AS batches
       FROM authentication_records r JOIN record_changes c ON c.record_seq = r.seq
       WHERE r.id IN (SELECT value FROM json_each(cast(? as text)))`,
      [JSON.stringify(ids)],
    ),
  );
  return found[0];
}

/** Waits until so many batches of a file were taken. */
const batchesStand = (file: string, wanted: number) =>
  vi.waitFor(async () => expect((await standing(file))?.batches).toBeGreaterThanOrEqual(wanted), {
    ...{ timeout: 30_000, interval: 10 },
  });

it('uploads a sample, all of it, and nothing the second time', { timeout: 60_000 }, async () => {
  const file = await sampleFile('right.csv', '250', '--seed', 'right');
  expect(
    await sampleFile('again.csv', '250', '--seed', 'right').then((again) => readFileSync(again, 'utf8').length),
  ).toBe(readFileSync(file, 'utf8').length);
  const first = await run('upload', file, '--batch', '100');
  expect(first.code).toBe(0);
  expect(first.err).toContain('100% | 3 批 | 250 条');
  expect(first.out).toContain('共 250 条,写入 250,无变化 0,拒绝 0,提示 0(3 批)');
  expect(existsSync(`${file}.errors.csv`)).toBe(false);
  const second = await run('upload', file, '--batch', '100');
  expect(second).toMatchObject({ code: 0 });
  expect(second.out).toContain('没有再次上传');
  expect(await standing(file)).toEqual({ records: 250, changes: 250, batches: 3 });
});

it('shows what was refused, by rows of the file, and ends with 1', { timeout: 60_000 }, async () => {
  const file = await sampleFile('wrong.csv', '300', '--seed', 'wrong', '--errors', '10%');
  const { code, out } = await run('upload', file, '--batch', '100');
  expect(code).toBe(1);
  expect(out).toMatch(/共 300 条,写入 270,无变化 0,拒绝 30/);
  const rows = parse(readFileSync(file, 'utf8'), { columns: true }) as { id: string }[];
  const errors = parse(readFileSync(`${file}.errors.csv`, 'utf8'), { columns: true, bom: true }) as Record<
    string,
    string
  >[];
  expect(errors.length).toBeGreaterThanOrEqual(30);
  for (const { row, id, message } of errors) {
    if (id) expect(rows[Number(row) - 1]?.id).toBe(id);
    expect(message).toMatch(/[\u4e00-\u9fff]/);
  }
  expect(Math.max(...errors.map(({ row }) => Number(row)))).toBeGreaterThan(200);
  expect(out).toContain('说明');
  const again = await run('upload', file, '--batch', '100');
  expect(again.code).toBe(1);
  expect(parse(readFileSync(`${file}.errors.csv`, 'utf8'), { columns: true, bom: true })).toEqual(errors);
});

it('goes on where it was killed, and sends nothing twice', { timeout: 120_000 }, async () => {
  const file = await sampleFile('killed.csv', '4000', '--seed', 'killed');
  for (let kill = 0; kill < 4; kill += 1) {
    const { child, end } = begin(['upload', file, '--batch', '200']);
    // In the middle of its work, on any machine.
    await batchesStand(file, 2 + kill * 4);
    child.kill('SIGKILL');
    await end;
    expect((await standing(file))?.batches).toBeLessThan(20);
  }
  const { code, out } = await run('upload', file, '--batch', '200');
  expect(code).toBe(0);
  expect(out).toContain('共 4000 条,写入 4000');
  expect(await standing(file)).toEqual({ records: 4000, changes: 4000, batches: 20 });
});

it('waits for a province that restarts', { timeout: 120_000 }, async () => {
  const file = await sampleFile('restart.csv', '4000', '--seed', 'restart');
  const port = Number(new URL(server.url).port);
  const { end } = begin(['upload', file, '--batch', '200']);
  await batchesStand(file, 3);
  await server.stop('SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, 500));
  server = await start(port);
  expect(await end).toMatchObject({ code: 0 });
  expect(await standing(file)).toEqual({ records: 4000, changes: 4000, batches: 20 });
});

/** The records of a file as if they were of another day. */
const onDay = (day: string, text: string) =>
  text.replaceAll(/\d{4}-\d\d-\d\d (\d\d:\d\d:\d\d)(?=,4401,)/g, `${day} $1`);

it('reconciles: agrees, and names the day that differs', { timeout: 60_000 }, async () => {
  const file = await sampleFile('reconciled.csv', '120', '--seed', 'reconciled');
  writeFileSync(file, onDay('2024-05-06', readFileSync(file, 'utf8')));
  expect(await run('upload', file)).toMatchObject({ code: 0 });
  const agreed = await run('reconcile', file);
  expect(agreed.out).toMatch(/2024-05-06 {2}120 +120 +一致/);
  expect(agreed.code).toBe(0);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  writeFileSync(file, `${lines.slice(0, -1).join('\n')}\n`);
  const differs = await run('reconcile', file);
  expect(differs.out).toMatch(/2024-05-06 {2}119 +120 +不一致/);
  expect(differs.code).toBe(1);
});

it('leaves out of the reconciliation what was refused, and asks only for days that the file has', {
  timeout: 60_000,
}, async () => {
  const file = await sampleFile('partly.csv', '200', '--seed', 'partly', '--errors', '10%');
  const lines = onDay('2024-05-07', readFileSync(file, 'utf8')).trimEnd().split('\n');
  lines[5] = lines[5]?.replace(/\d{4}(-\d\d-\d\d \d\d:\d\d:\d\d)(?=,4401,)/, '9999$1') ?? '';
  writeFileSync(file, `${lines.join('\n')}\n`);
  const uploaded = await run('upload', file);
  const refused = /拒绝 (\d+)/.exec(uploaded.out)?.[1];
  const { code, out } = await run('reconcile', file);
  expect(out).toContain(`另有 ${refused} 条被拒绝的记录`);
  expect([code, out]).toEqual([0, expect.not.stringContaining('不一致')]);
});

it('takes the next second’s numbers when another upload began in the same one', { timeout: 60_000 }, async () => {
  const [first, second] = [
    await sampleFile('first.csv', '20', '--seed', 'first'),
    await sampleFile('second.csv', '20', '--seed', 'second'),
  ];
  expect(await run('upload', first)).toMatchObject({ code: 0 });
  const plan = (file: string) => JSON.parse(readFileSync(`${file}.upload.json`, 'utf8'));
  expect(await begin(['upload', second], { EXCHANGE_SECRET: 'wrong' }).end).toMatchObject({ code: 2 });
  writeFileSync(`${second}.upload.json`, JSON.stringify({ ...plan(second), begun: plan(first).begun }));
  expect(await run('upload', second)).toMatchObject({ code: 0 });
  expect(await standing(second)).toEqual({ records: 20, changes: 20, batches: 1 });
});

it('goes on with batches of another size', { timeout: 60_000 }, async () => {
  const file = await sampleFile('resized.csv', '100', '--seed', 'resized', '--errors', '10%');
  await run('upload', file, '--batch', '30');
  const plan = JSON.parse(readFileSync(`${file}.upload.json`, 'utf8'));
  const errors = readFileSync(`${file}.errors.csv`, 'utf8');
  writeFileSync(`${file}.upload.json`, JSON.stringify({ ...plan, receipts: plan.receipts.slice(0, 2) }));
  const { out } = await run('upload', file, '--batch', '25');
  expect(out).toContain('前 2 批此前已有回执');
  expect(out).toMatch(/共 100 条.*拒绝 10/);
  expect(readFileSync(`${file}.errors.csv`, 'utf8')).toBe(errors);
});

it.each([
  ['JSON with records', 'a.json', (rows: object[]) => JSON.stringify({ records: rows })],
  ['a JSON list', 'b.json', (rows: object[]) => JSON.stringify(rows)],
  ['NDJSON', 'c.ndjson', (rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n')],
])('takes %s', { timeout: 60_000 }, async (_, name, write) => {
  const sample = await sampleFile(`${name}.csv`, '20', '--seed', name);
  const file = join(folder, name);
  writeFileSync(file, write(parse(readFileSync(sample, 'utf8'), { columns: true })));
  const { code, out } = await run('upload', file);
  expect([code, out]).toEqual([0, expect.stringContaining('写入 20')]);
});

it('takes CSV in GB18030', { timeout: 60_000 }, async () => {
  const file = await sampleFile('gb.csv', '20', '--seed', 'gb');
  writeFileSync(file, gb18030(readFileSync(file, 'utf8')));
  const { code, out } = await run('upload', file);
  expect([code, out]).toEqual([0, expect.stringContaining('写入 20')]);
});

it.each([
  ['a wrong secret', ['upload', 'FILE'], { EXCHANGE_SECRET: 'wrong' }, /签名不符\(401 SIGNATURE_INVALID\)/],
  ['no secret', ['upload', 'FILE'], { EXCHANGE_SECRET: '' }, /EXCHANGE_SECRET/],
  [
    'another city’s file',
    ['upload', 'FILE'],
    { EXCHANGE_APP_ID: 'demo-4403', EXCHANGE_SECRET: 'demo-secret-4403' },
    /WRONG_SOURCE/,
  ],
  ['no file', ['upload', 'nothing.csv'], {}, /没有这个文件/],
  ['a file of another kind', ['upload', 'package.json.txt'], {}, /没有这个文件|文件名应以/],
  ['no command', [], {}, /用法/],
  ['a command that is none', ['send', 'x'], {}, /没有命令 send/],
  ['a share that is none', ['sample', '5', '--errors', 'many'], {}, /--errors/],
])('ends with 2 and one clear line: %s', { timeout: 60_000 }, async (_, args, env, told) => {
  const file = await sampleFile('refused.csv', '5', '--seed', 'refused');
  const { code, err } = await begin(
    args.map((arg) => (arg === 'FILE' ? file : arg)),
    env,
  ).end;
  expect(code).toBe(2);
  expect(err).toMatch(told);
  expect(err).not.toMatch(/ at .*\.ts/);
});

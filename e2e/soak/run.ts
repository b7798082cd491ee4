/**
 * `npm run soak [-- --seconds N]`: a server under load while it is killed, its disk is full, its clock jumps and the line is cut.
 * Afterwards everything that was answered must be there. Ends with `RESULT {…}`, and with exit code 1 when something was lost.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { type RunningServer, startServer } from '../server.ts';
import { makeLine } from './line.ts';
import { type Answers, startLoad } from './load.ts';

const { values: options } = parseArgs({ options: { seconds: { type: 'string', default: '180' } } });
const seconds = Number(options.seconds);
if (!(seconds >= 10)) throw new Error('--seconds: at least 10');

const folder = mkdtempSync(join(tmpdir(), 'console-soak-'));
const disk = join(folder, 'disk');
const clock = join(folder, 'clock');
const logFile = join(folder, 'server.log');
mkdirSync(disk);
writeFileSync(clock, '0');
/** A disk of its own that can be filled without harm; where nobody may mount one, that fault is left out. */
const SIZE = '256m';
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', disk]).status === 0;
const databaseFile = join(disk, 'soak.db');
const databaseUrl = `file:${databaseFile}`;

const start = () =>
  startServer({
    ...{ databaseUrl, flags: ['--demo', '--api-only'], logFile },
    env: {
      NODE_OPTIONS: `--import ${fileURLToPath(new URL('./clock.js', import.meta.url))}`,
      ...{ SOAK_CLOCK: clock, LOOKUPS_A_MINUTE: '100000' },
    },
  });
async function restart() {
  await server.stop('SIGKILL');
  // A full disk may keep it from starting: then the operator's supervisor tries again.
  for (;;) {
    try {
      server = await start();
      return;
    } catch {
      await sleep(500);
    }
  }
}
const jump = (hours: number) => writeFileSync(clock, String(hours * 3_600_000));

const ballast = join(disk, 'ballast');
async function fillDisk(ms: number) {
  const { bavail, bsize } = statfsSync(disk);
  // All but what a page or two need: the log can't grow any more.
  try {
    writeFileSync(ballast, Buffer.alloc(Math.max(0, (bavail - 2) * bsize)));
  } catch (error) {
    // The server wrote meanwhile: it is as full as it gets.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
  await sleep(ms);
  rmSync(ballast);
}

const faults: [string, () => Promise<unknown>][] = [
  ['kill', restart],
  ['line', () => line.cut(1500)],
  ...(mounted ? ([['disk', () => fillDisk(3000)]] as [string, () => Promise<unknown>][]) : []),
  ['clock', async () => jump(30)],
  ['kill', restart],
  ['clock', async () => jump(-2)],
  ['line', () => line.cut(300)],
  ['clock', async () => jump(0)],
];

let server: RunningServer = await start();
const line = await makeLine(() => Number(new URL(server.url).port));
const load = startLoad(line.url, ['nurse', 'nurse', 'nurse2', 'nurse2']);
const counts: Record<string, number> = {};
const until = Date.now() + seconds * 1000;
for (let n = 0; Date.now() < until - 3000; n += 1) {
  await sleep(2000);
  const [name, happen] = faults[n % faults.length] as (typeof faults)[number];
  counts[name] = (counts[name] ?? 0) + 1;
  await happen();
}
jump(0);
await sleep(Math.max(0, until - Date.now()));
await load.stop();
await server.stop();
line.close();
const lost = findLost(load.answers);
const { answers } = load;
const verified = spawnSync(process.execPath, ['dist/verify.command.js'], {
  env: { ...process.env, DATABASE_URL: databaseUrl },
  encoding: 'utf8',
});
if (verified.status !== 0) lost.push(`audit trail: ${verified.stdout}${verified.stderr}`);
for (const [what, times] of answers.wrong) lost.push(`answered ${times} times: ${what}`);

const told = { ...answers, vouchers: answers.vouchers.size, records: answers.records.length };
const lines = [
  `${seconds} s: ${told.lookups} lookups, ${told.vouchers} vouchers, ${answers.receipts.length} batches of ${told.records} records`,
  `faults: ${Object.entries(counts)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ')}${mounted ? '' : ' (no disk of its own could be mounted)'}`,
  `calls answered 503: ${told.unavailable}, without an answer: ${told.unanswered}`,
  ...lost.slice(0, 20),
];
process.stdout.write(`${lines.join('\n')}\n`);
const result = {
  lookups: told.lookups,
  vouchers: told.vouchers,
  records: told.records,
  faults: counts,
  lost: lost.length,
};
process.stdout.write(
  `RESULT ${JSON.stringify({ ...result, unavailable: told.unavailable, unanswered: told.unanswered })}\n`,
);
if (mounted) execFileSync('umount', [disk]);
if (lost.length === 0) rmSync(folder, { recursive: true });
else process.stdout.write(`the server's log: ${logFile}\n`);
process.exit(lost.length === 0 ? 0 : 1);

/** What was answered and is not in the database, and what is wrong with it otherwise. */
function findLost({ vouchers, receipts, records }: Answers): string[] {
  const database = new Database(databaseFile, { readonly: true });
  const column = (sql: string) => database.prepare(sql).pluck().all();
  const there = new Set(column('SELECT voucher_no FROM vouchers'));
  const missing = [...vouchers].filter((number) => !there.has(number)).map((number) => `voucher ${number}`);
  const known = new Set(column('SELECT id FROM authentication_records'));
  missing.push(...records.filter((id) => !known.has(id)).map((id) => `record ${id}`));
  const batches = new Map(database.prepare('SELECT cd_batch, accepted FROM batches').raw().all() as [string, number][]);
  missing.push(
    ...receipts
      .filter(({ cd_batch: cdBatch, accepted }) => batches.get(cdBatch) !== accepted)
      .map(({ cd_batch: cdBatch }) => `receipt ${cdBatch}`),
  );
  const gaps = database
    .prepare(
      `SELECT v.site_code, v.day, count(*), max(v.serial), s.last_serial FROM vouchers v
       JOIN voucher_serials s ON s.site_code = v.site_code AND s.day = v.day GROUP BY 1, 2`,
    )
    .raw()
    .all() as [string, string, number, number, number][];
  for (const [site, day, rows, most, last] of gaps) {
    if (rows !== most || most !== last) missing.push(`serials of ${site} on ${day}: ${rows}, ${most}, ${last}`);
  }
  const [sound] = column('PRAGMA integrity_check');
  if (sound !== 'ok') missing.push(`integrity: ${sound}`);
  database.close();
  return missing;
}

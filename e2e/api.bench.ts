/**
 * `npm run bench -- api`: the lookup of a scan and the issue of a voucher, over HTTP, against two baselines in the same run, by turns:
 * the limit (Node's own server and one lookup, nothing around it) and what a template gives (the same lookup in a route of Next's).
 *
 * - `--quick` 100 000 records, 16 connections, under a minute; nothing is written
 * - otherwise 10 000, 1 000 000 and 10 000 000 records, 1, 16 and 64 connections, on SQLite and, moved there by our own `db -- copy`, on
 *   PostgreSQL; docs/benchmarks/api.md and api.svg are written
 * - `--sizes 10000,1000000` other sizes, `--postgres-sizes 10000` other ones there (none: an empty text)
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { copyDatabase } from '../db/copy.ts';
import { openSql } from '../db/sql.ts';
import { showRows } from '../server/progress-bar.ts';
import './demo-keys.ts';
import { cardOf, fillRecords } from './load/fill.ts';
import { type Figures, median, press } from './load/press.ts';
import { type Measured, writeReport } from './load/report.ts';
import { type Subject, startBare, startNextRoute, startOurs } from './load/subjects.ts';
import { startPostgres } from './postgres-server.ts';

const { values: options } = parseArgs({
  args: process.argv.slice(3),
  options: {
    quick: { type: 'boolean', default: false },
    sizes: { type: 'string' },
    'postgres-sizes': { type: 'string' },
  },
});
const numbers = (list: string) => list.split(',').filter(Boolean).map(Number);
const sizes = numbers(options.sizes ?? (options.quick ? '100000' : '10000,1000000,10000000'));
const postgresSizes = numbers(options['postgres-sizes'] ?? (options.quick ? '' : sizes.join()));
const connections = options.quick ? [16] : [1, 16, 64];
/** Many short turns: the machine's speed changes, and so all subjects see the same of it. */
const ROUNDS = 7;
const SECONDS = options.quick ? 1 : 2;
/** Until V8 has compiled what is asked of it: what runs for weeks is measured as it runs then. */
const WARM_UP_SECONDS = 6;
/** Fewer vouchers than the sites' serials of a day. */
const ISSUE = { connections: 64, seconds: options.quick ? 3 : 5 };

const say = (line: string) => process.stdout.write(`${line}\n`);
const folder = mkdtempSync(join(tmpdir(), 'console-load-'));

/** Cards all over the table, none twice in a row of a million: a prime step. */
function cards(size: number): () => string {
  let at = 0;
  return () => {
    at = (at + 7919) % size;
    return cardOf(at);
  };
}

/** Vouchers are issued once a card: the sites' serials of the day have no gaps then. */
async function checkSerials(url: string): Promise<{ vouchers: number; gaps: number }> {
  const sql = await openSql(url);
  const rows = await sql.all<{ count: number; last: number }>(
    'SELECT count(*) AS count, max(serial) AS last FROM vouchers GROUP BY site_code, day',
  );
  await sql.close();
  const vouchers = rows.reduce((sum, { count }) => sum + count, 0);
  return { vouchers, gaps: rows.reduce((sum, { count, last }) => sum + last - count, 0) };
}

/** @param url of a database with so many records */
async function measure(size: number, database: Measured['database'], url: string): Promise<Measured> {
  say(`${size.toLocaleString('en')} records, ${database}`);
  const { lookup, issue } = await startOurs(url, join(folder, 'ours.log'));
  const where = url.replace(/^file:/, '');
  const subjects: Record<'bare' | 'nextRoute' | 'ours', Subject> = {
    bare: await startBare(where),
    nextRoute: await startNextRoute(where),
    ours: lookup,
  };
  const names = Object.keys(subjects) as (keyof typeof subjects)[];
  const next = cards(size);
  const run = (subject: Subject, count: number, seconds: number) =>
    press(subject.url, subject.path, count, seconds, subject.next(next));
  for (const name of names) await run(subjects[name], 16, WARM_UP_SECONDS);
  const lookups = [];
  for (const count of connections) {
    const runs: Record<string, Figures[]> = { bare: [], nextRoute: [], ours: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const name of names) runs[name]?.push(await run(subjects[name], count, SECONDS));
    }
    const figures = Object.fromEntries(names.map((name) => [name, median(runs[name] ?? [])]));
    lookups.push({ connections: count, ...(figures as Record<'bare' | 'nextRoute' | 'ours', Figures>) });
    const { bare, nextRoute, ours } = lookups.at(-1) as (typeof lookups)[number];
    say(
      `  ${String(count).padStart(2)} connections: bare ${bare.rps}, Next route ${nextRoute.rps}, ours ${ours.rps} a second`,
    );
  }
  const memory = Object.fromEntries(names.map((name) => [name, subjects[name].memory()]));
  // Each card once, from the end on: a fast machine comes to the last of few.
  let card = size;
  const issueFor = (seconds: number) =>
    press(
      issue.url,
      issue.path,
      ISSUE.connections,
      seconds,
      issue.next(() => cardOf(--card)),
      () => card > 0,
    );
  await issueFor(1);
  const issued = await issueFor(ISSUE.seconds);
  for (const name of names) await subjects[name].stop();
  const serials = await checkSerials(url);
  say(`  vouchers: ${issued.rps} a second, ${serials.vouchers} issued, ${serials.gaps} serials missing`);
  return { size, database, lookups, memory, issued: { ...issued, ...serials } };
}

const measured: Measured[] = [];
function keep(one: Measured): void {
  measured.push(one);
  // Each time: the last sizes take half an hour.
  if (!options.quick) writeReport(measured);
}
try {
  for (const size of sizes) {
    const file = `${folder}/${size}.db`;
    await fillRecords(`file:${file}`, size, () => {});
    keep(await measure(size, 'SQLite', `file:${file}`));
    rmSync(file);
  }
  for (const size of postgresSizes) {
    const file = `${folder}/${size}.db`;
    await fillRecords(`file:${file}`, size, () => {});
    const server = await startPostgres();
    try {
      await showRows('rows, copied and compared', (told) => copyDatabase(`file:${file}`, server.url, told));
      rmSync(file);
      keep(await measure(size, 'PostgreSQL', server.url));
    } finally {
      await server.remove();
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const [first] = measured;
const at16 = first?.lookups.find((each) => each.connections === 16);
if (at16 && first) {
  const { bare, nextRoute, ours } = at16;
  const ratio = (one: number, other: number) => Number((one / other).toFixed(2));
  const ratios = { ofBare: ratio(ours.rps, bare.rps), ofNextRoute: ratio(ours.rps, nextRoute.rps) };
  say(`ours: ${ratios.ofBare} of the limit, ${ratios.ofNextRoute} times the Next route, at 16 connections`);
  say(`RESULT ${JSON.stringify({ bare, nextRoute, ours, ...ratios, issue: first.issued })}`);
}

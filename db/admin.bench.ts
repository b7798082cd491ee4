/**
 * The list of records with 1 000 000 records against 10 000: first page, last page, each search, each combination of filters, over
 * HTTP, signed in and audited, by turns. Then an export of all. `-- admin --quick` compares 100 000.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { getTableColumns } from 'drizzle-orm';
import { startServer } from '../e2e/server.ts';
import { sampleRecord } from '../server/exchange/client/sample.ts';
import { stateOf } from '../server/records/facets.ts';
import { FIELD_NAMES } from '../server/records/fields.ts';
import { RECORD_COLUMNS, type RecordFilter } from '../server/records/schema.ts';
import { client, sessionCookie } from '../server/test-console.ts';
import { indexesOf, open, tables } from './index.ts';
import '../e2e/demo-keys.ts';
import { seal } from './seal.ts';
import { isSealed } from './sealed-columns.ts';

const SMALL = 10_000;
const LARGE = process.argv.includes('--quick') ? 100_000 : 1_000_000;
const ROUNDS = 15;
const WORST = 3;
const folder = mkdtempSync(join(tmpdir(), 'console-bench-'));
const SEALED = new Set(
  Object.values(getTableColumns(tables.records))
    .filter(isSealed)
    .map(({ name }) => name),
);
const say = (line: string) => process.stdout.write(`${line}\n`);

/** The same records first, whatever the count; phones of a range that is given to nobody. */
async function fill(name: string, count: number): Promise<string> {
  const path = join(folder, name);
  await (await open(`file:${path}`)).close();
  const database = new Database(path);
  database.pragma('synchronous = OFF');
  const insertion = database.prepare(
    `INSERT INTO authentication_records (${FIELD_NAMES.join(', ')}, idcode_index, phone_index, facet_id)
      VALUES (${FIELD_NAMES.map(() => '?').join(', ')}, ?, ?, ?)`,
  );
  const facet = database.prepare(
    'INSERT INTO record_facets (cd_source, app_record_no_recognize, state, methods) VALUES (?, ?, ?, ?) RETURNING id',
  );
  const facets = new Map<string, number>();
  database.transaction(() => {
    for (let n = 0; n < count; n += 1) {
      // Multiplied by a prime: spread over 300 days, three apps and all states, without a pattern between them.
      const spread = (n * 7919) % 1_000_003;
      const cdTime = new Date(Date.UTC(2026, 0, 1) + spread * 25_920).toISOString().slice(0, 19).replace('T', ' ');
      const record = sampleRecord(n, { city: n % 3 === 0 ? '4403' : '4401', seed: 'admin', cdTime });
      record.phone = `10${String(n).padStart(9, '0')}`;
      record.app_record_no_recognize += `-${(n * 31) % 3}`;
      if (spread % 10 === 0) Object.assign(record, { recognize_flag: '0', authentication_method: '' });
      if (spread % 50 === 1) record.cd_operation = 'd';
      const state = stateOf({ recognizeFlag: Number(record.recognize_flag), cdOperation: record.cd_operation ?? '' });
      const key = [record.cd_source, record.app_record_no_recognize, state, record.authentication_method ?? ''];
      const id = facets.get(key.join()) ?? (facet.get(key) as { id: number }).id;
      facets.set(key.join(), id);
      const values = FIELD_NAMES.map((field) => {
        const value = record[field] || null;
        return value !== null && SEALED.has(field) ? seal(value) : value;
      });
      const { idcodeIndex, phoneIndex } = indexesOf({ idcode: record.idcode ?? '', phone: record.phone });
      insertion.run(...values, idcodeIndex, phoneIndex, id);
    }
  })();
  database.close();
  say(`  ${count} records of ${facets.size} facets stored`);
  return `file:${path}`;
}

async function start(name: string, count: number) {
  const databaseUrl = await fill(name, count);
  const logFile = join(folder, `${name}.log`);
  const server = await startServer({ databaseUrl, flags: ['--demo', '--api-only'], logFile });
  const signedIn = await fetch(`${server.url}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'province', password: 'demo-province' }),
  });
  const api = client(server.url, sessionCookie(signedIn));
  // Deep in the list: a page begins behind a record of its middle.
  const middle = await api.records.browse.mutate({ to: '2026-06-01' });
  return { server, api, cursor: middle.items[0]?.id };
}
type Side = Awaited<ReturnType<typeof start>>;

const first = sampleRecord(6, { city: '4403', seed: 'admin', cdTime: '2026-01-01 00:00:00' });
const FILTERS: RecordFilter = {
  cityCode: '4401',
  app: 'GZ-APP-0001-1',
  state: 'withdrawn',
  method: '3',
  from: '2026-05-01',
};
const keys = Object.keys(FILTERS) as (keyof typeof FILTERS)[];
const combinations = Array.from({ length: 2 ** keys.length - 1 }, (_, bits) =>
  keys.filter((_, n) => (bits + 1) & (2 ** n)),
).map((chosen) => ({
  name: chosen.map((key) => (key === 'from' ? 'time' : key)).join(' + '),
  // May alone.
  filter: {
    ...Object.fromEntries(chosen.map((key) => [key, FILTERS[key]])),
    ...(chosen.includes('from') && { to: '2026-05-31' }),
  },
}));

type Case = [name: string, ask: (side: Side) => Promise<{ items: unknown[] }>];
const asking =
  (filter: RecordFilter): Case[1] =>
  ({ api }) =>
    api.records.browse.mutate(filter);
const CASES: Case[] = [
  ['first page', asking({})],
  ['last page', ({ api }) => api.records.browse.mutate({ order: 'oldest' })],
  ['a page in the middle', ({ api, cursor }) => api.records.browse.mutate({ cursor })],
  ['name, one character', asking({ search: { by: 'name', text: '王' } })],
  ['name, three characters', asking({ search: { by: 'name', text: '王子涵' } })],
  ['document number', asking({ search: { by: 'idcode', text: first.idcode ?? '' } })],
  ['phone', asking({ search: { by: 'phone', text: '10000000006' } })],
  ['health code', asking({ search: { by: 'code', text: `${first.erhc_card_no}:1` } })],
  ...combinations.map(({ name, filter }): Case => [name, asking(filter)]),
  ...combinations.map(
    ({ name, filter }): Case => [`name + ${name}`, asking({ ...filter, search: { by: 'name', text: '王' } })],
  ),
];

async function timeOf(side: Side, ask: Case[1]): Promise<number> {
  const started = performance.now();
  await ask(side);
  return performance.now() - started;
}

const middleOf = (times: number[]) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

async function compare(small: Side, large: Side) {
  const ratios: { name: string; ratio: number }[] = [];
  say(`\n${'median ms'.padEnd(52)}${String(SMALL).padStart(10)}${String(LARGE).padStart(10)}     ratio`);
  for (const [name, ask] of CASES) {
    const times = { small: [] as number[], large: [] as number[] };
    for (let n = 0; n < ROUNDS + 3; n += 1) {
      const [few, many] = [await timeOf(small, ask), await timeOf(large, ask)];
      // The first ones warm up.
      if (n < 3) continue;
      times.small.push(few);
      times.large.push(many);
    }
    const [few, many] = [middleOf(times.small), middleOf(times.large)];
    ratios.push({ name, ratio: many / few });
    say(
      `${name.padEnd(52)}${few.toFixed(2).padStart(10)}${many.toFixed(2).padStart(10)}${(many / few).toFixed(2).padStart(10)}`,
    );
  }
  return ratios;
}

async function exportAll({ api }: Side, format: 'csv' | 'xlsx') {
  const columns = Object.keys(RECORD_COLUMNS) as (keyof typeof RECORD_COLUMNS)[];
  const started = performance.now();
  // The demo's own records come on top.
  const { id } = await api.exports.start.mutate({
    source: 'records',
    format,
    columns,
    filter: { search: undefined, to: '2026-12-31', cityCode: '4401' },
  });
  for (;;) {
    const job = (await api.exports.list.query()).find((each) => each.id === id);
    if (job?.state === 'done') {
      const seconds = (performance.now() - started) / 1000;
      say(`an export of ${job.rows} records as ${format}: ${seconds.toFixed(1)} s`);
      return Math.round(job.rows / seconds);
    }
    if (job?.state !== 'running') throw new Error(`the export ended: ${job?.problem}`);
    await setTimeout(100);
  }
}

try {
  const small = await start('small.db', SMALL);
  const large = await start('large.db', LARGE);
  const ratios = await compare(small, large);
  const exported = { csv: await exportAll(large, 'csv'), xlsx: await exportAll(large, 'xlsx') };
  const worst = ratios.reduce((a, b) => (a.ratio > b.ratio ? a : b));
  const result = {
    cases: ratios.length,
    above: ratios.filter(({ ratio }) => ratio > WORST).map(({ name }) => name),
    worst: { name: worst.name, ratio: Number(worst.ratio.toFixed(2)) },
    exportedPerSecond: exported,
  };
  say(`RESULT ${JSON.stringify(result)}`);
  await small.server.stop();
  await large.server.stop();
} finally {
  rmSync(folder, { recursive: true });
}

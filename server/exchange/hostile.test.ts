/**
 * A hundred thousand hostile uploads and records: no 5xx, no half-written batch, no growth of memory. The server is the
 * real program in a process of its own, so that its memory can be told from the test's.
 */
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDemoDatabase, type TestDatabase } from '../../db/test-database.ts';
import { EVIDENCE } from '../../e2e/evidence.ts';
import { type RunningServer, startServer } from '../../e2e/server.ts';
import { FIELD_NAMES } from '../records/fields.ts';
import { counter, fictionalRecord, send } from './test-exchange.ts';

const UPLOADS = 500;
const RECORDS_EACH = 200;

let database: TestDatabase;
let site: RunningServer;
beforeAll(async () => {
  database = await makeDemoDatabase();
  site = await startServer({
    databaseUrl: database.url,
    flags: ['--demo', '--api-only'],
    logFile: join(EVIDENCE.api, 'hostile.log'),
  });
});
afterAll(async () => {
  await site.stop();
  await database.drop();
});

const numbers = counter(1);
const nextBatch = () => `4401261123${String(numbers()).padStart(9, '0')}`;

const nastyText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\uD800',
    '\uDFFF\uD800',
    '\uFEFF',
    '\u202e',
    "' OR 1=1 --",
    '=1+1',
    '9'.repeat(400),
  ),
  fc.constantFrom('1e999', '-0', 'NaN', '__proto__', 'constructor', '../../etc/passwd', '"', '\r\n', 'a,b', '<script>'),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
);
const nasty = fc.oneof(
  { weight: 4, arbitrary: nastyText },
  fc.constantFrom(null, true, 0, -1, 1e308, 1.5, Number.MAX_SAFE_INTEGER, [], {}, [[[[]]]], { a: { b: [null] } }),
  fc.anything({ maxDepth: 2, maxKeys: 3, withNullPrototype: false }),
);
/** A right record of which some fields are spoilt, or something that is no record. */
const hostileRecord = fc.oneof(
  { weight: 9, arbitrary: fc.dictionary(fc.constantFrom(...FIELD_NAMES), nasty, { maxKeys: 4 }) },
  fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'toString', 'idCode', ''), nasty, { maxKeys: 2 }),
  nasty,
);

const rss = () => {
  const path = `/proc/${site.process.pid}/status`;
  return existsSync(path) ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync(path, 'utf8'))?.[1]) / 1024 : 0;
};
const stateOf = async () => {
  const one = (text: string) => database.one(text);
  return {
    batches: await one('SELECT count(*) FROM batches'),
    accepted: await one('SELECT coalesce(sum(accepted), 0) FROM batches'),
    changes: await one('SELECT count(*) FROM record_changes'),
    unfinished: await one('SELECT count(*) FROM batches WHERE total <> accepted + unchanged + rejected'),
    rejected: await one('SELECT coalesce(sum(rejected), 0) FROM batches'),
    refusals: await one('SELECT count(*) FROM batch_issues WHERE errors IS NOT NULL'),
  };
};
async function consistent() {
  const state = await stateOf();
  expect(state.unfinished).toBe(0);
  expect(state.changes).toBe(state.accepted);
  expect(state.refusals).toBe(state.rejected);
  return state;
}

it(`${UPLOADS * RECORDS_EACH} hostile records`, { timeout: 300_000 }, async () => {
  const residents = counter(1);
  let judged = 0;
  const toRow = (hostile: unknown, cdBatch: string) =>
    typeof hostile === 'object' && hostile !== null && !Array.isArray(hostile)
      ? { ...fictionalRecord(residents()), cd_batch: cdBatch, ...hostile }
      : hostile;
  let calm = 0;
  for (let n = 0; n < UPLOADS; n += 1) {
    const cdBatch = nextBatch();
    const rows = fc.sample(hostileRecord, RECORDS_EACH).map((hostile) => toRow(hostile, cdBatch));
    const ndjson = n % 2 === 0;
    const body = ndjson
      ? rows.map((row) => JSON.stringify(row) ?? 'undefined').join('\n')
      : JSON.stringify({ records: rows.map((row) => row ?? null), cd_batch: cdBatch });
    const response = await send(site, body, {
      type: ndjson ? 'application/x-ndjson' : 'application/json',
      query: `?cd_batch=${cdBatch}`,
    });
    const receipt = await response.json();
    expect([response.status, receipt.total]).toEqual([200, RECORDS_EACH]);
    expect(receipt.accepted + receipt.unchanged + receipt.rejected).toBe(RECORDS_EACH);
    judged += receipt.total;
    if (n === 100) calm = rss();
  }
  expect(judged).toBe(UPLOADS * RECORDS_EACH);
  expect((await consistent()).accepted).toBeGreaterThan(1000);
  // Four times as many records later, and no larger but by what a heap breathes.
  expect(rss()).toBeLessThan(calm + 120);
});

it('hostile bodies of every format', { timeout: 300_000 }, async () => {
  const right = JSON.stringify({ ...fictionalRecord(900_000), cd_batch: nextBatch() });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 300 }).map((text) => Buffer.from(text)),
    fc
      .constantFrom(
        '{',
        '[',
        '"',
        '{"records":[',
        '{"records":[{}',
        '\uFEFF',
        '\uFEFF\uFEFF{}',
        '{}{}',
        '[[[['.repeat(500),
        '{"a":'.repeat(5000),
      )
      .map((text) => Buffer.from(text)),
    // Right bodies, cut and with a byte spoilt.
    fc.tuple(fc.nat(right.length), fc.nat(255), fc.boolean()).map(([at, byte, cut]) => {
      const body = Buffer.from(`{"cd_batch":"4401261123999999999","records":[${right}]}`);
      body[at] = byte;
      return cut ? body.subarray(0, at) : body;
    }),
    fc.nat(60).map((at) => gzipSync(right).subarray(0, at)),
    // Half UTF-8, half GB18030.
    fc.constant(Buffer.concat([Buffer.from('id,name\n1,陈示例\n'), Buffer.from([0xb3, 0xc2, 0xca, 0xbe, 0x0a])])),
  );
  await fc.assert(
    fc.asyncProperty(
      bytes,
      fc.constantFrom('application/json', 'application/x-ndjson', 'text/csv', 'text/csv; charset=gbk', 'x/y', ';'),
      fc.constantFrom('', 'gzip', 'GZIP', 'deflate'),
      fc.constantFrom('', '?cd_batch=', '?cd_batch=4401261123999999998', '?cd_batch=%00&cd_batch=2'),
      async (body, type, encoding, query) => {
        const headers: Record<string, string> = encoding ? { 'content-encoding': encoding } : {};
        const response = await send(site, body as BodyInit, { type, query, headers });
        const answer = await response.json();
        expect(response.status).toBeLessThan(500);
        if (response.status !== 200) expect(answer.code).toMatch(/^[A-Z_]+$/);
      },
    ),
    { numRuns: 1500 },
  );
  await consistent();
});

describe('bodies that don’t end as they should', () => {
  const head = (length: number) =>
    `POST /api/exchange/v1/batches?cd_batch=4401261123888888888 HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer demo-secret-4401\r\ncontent-type: application/x-ndjson\r\ncontent-length: ${length}\r\n\r\n`;
  const port = () => Number(new URL(site.url).port);
  const line = `${JSON.stringify({ ...fictionalRecord(900_001), cd_batch: '4401261123888888888' })}\n`;

  it('are no batch when the connection breaks', async () => {
    const before = await consistent();
    await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const socket = connect(port(), 'localhost');
        await new Promise((resolve) => socket.once('connect', resolve));
        socket.on('error', () => {});
        socket.write(head(line.length * 10) + line.repeat(n % 9));
        await new Promise((resolve) => setTimeout(resolve, n));
        socket.destroy();
      }),
    );
    expect((await fetch(`${site.url}/api/health`)).status).toBe(200);
    expect(await consistent()).toEqual(before);
  });

  it('are taken when they come slowly', async () => {
    const socket = connect(port(), 'localhost');
    await new Promise((resolve) => socket.once('connect', resolve));
    const bytes = Buffer.byteLength(line);
    socket.write(head(bytes));
    for (const piece of line.match(/[\s\S]{1,100}/gu) ?? []) {
      socket.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    socket.destroy();
    await consistent();
  });
});

it('leaves nothing of a value in the log', () => {
  const log = readFileSync(join(EVIDENCE.api, 'hostile.log'), 'utf8');
  expect(log.includes('陈示例')).toBe(false);
  expect(log.match(/"status":5\d\d/g)).toBeNull();
});

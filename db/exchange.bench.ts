/**
 * Records a second through the exchange: over HTTP, signed, checked, committed with receipt and history, in a process of
 * its own; against the same rows put by bare better-sqlite3 into the same table in one transaction. `-- exchange --quick`
 * leaves out the million.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { stringify } from 'csv-stringify/sync';
import { type RunningServer, startServer } from '../e2e/server.ts';
import { sampleRecord } from '../server/exchange/client/sample.ts';
import { sign, sm3 } from '../server/exchange/signature.ts';
import type { Receipt } from '../server/exchange/wire.ts';
import { FIELD_NAMES } from '../server/records/fields.ts';

const BATCH = 50_000;
const FULL = 100_000;
const APP = { appId: 'demo-4401', secret: 'demo-secret-4401' };
const quick = process.argv.includes('--quick');
const folder = mkdtempSync(join(tmpdir(), 'console-bench-'));
const say = (line: string) => process.stdout.write(`${line}\n`);

let made = 0;
let batches = 0;
function makeBatch(count: number) {
  batches += 1;
  const cdBatch = `4401261123${String(batches).padStart(6, '0')}001`;
  const rows: Record<string, string>[] = Array.from({ length: count }, () => {
    made += 1;
    return { ...sampleRecord(made, { city: '4401', seed: 'bench', cdTime: '2026-06-01 09:00:00' }), cd_batch: cdBatch };
  });
  return { cdBatch, rows };
}

async function upload(server: RunningServer, count: number, type = 'application/x-ndjson'): Promise<number> {
  const { cdBatch, rows } = makeBatch(count);
  const text =
    type === 'text/csv'
      ? stringify(rows, { header: true, columns: [...FIELD_NAMES] })
      : rows.map((row) => JSON.stringify(row)).join('\n');
  const body = gzipSync(text, { level: 1 });
  const target = `/api/exchange/v1/batches?cd_batch=${cdBatch}`;
  const timestamp = String(Date.now());
  const nonce = `bench-${cdBatch}`;
  const signature = sign(APP.secret, { method: 'POST', target, timestamp, nonce, bodyDigest: sm3(body) });
  // Making rows took seconds; the server may have closed the idle connection, and fetch has to hear of it first.
  await setTimeout(20);
  const started = performance.now();
  const response = await fetch(server.url + target, {
    method: 'POST',
    headers: {
      'content-type': type,
      'content-encoding': 'gzip',
      'x-app-id': APP.appId,
      'x-timestamp': timestamp,
      'x-nonce': nonce,
      'x-sign': signature,
    },
    body,
  });
  const receipt = (await response.json()) as Receipt;
  const seconds = (performance.now() - started) / 1000;
  if (receipt.accepted !== count) throw new Error(`not accepted: ${JSON.stringify(receipt).slice(0, 300)}`);
  return count / seconds;
}

/** Bare better-sqlite3 on a database that holds as much as the server's. */
function bare(file: string, count: number): number {
  const database = new Database(file);
  const insertion = database.prepare(
    `INSERT INTO authentication_records (${FIELD_NAMES.join(', ')}) VALUES (${FIELD_NAMES.map(() => '?').join(', ')})`,
  );
  const { rows } = makeBatch(count);
  const values = rows.map((row) => FIELD_NAMES.map((name) => row[name] || null));
  const started = performance.now();
  database.transaction(() => {
    for (const row of values) insertion.run(...row);
  })();
  const rate = count / ((performance.now() - started) / 1000);
  database.close();
  return rate;
}

const memory = (server: RunningServer, key: 'VmRSS' | 'VmHWM') =>
  Number(new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))?.[1]) / 1024;
const start = (name: string) =>
  startServer({
    databaseUrl: `file:${join(folder, name)}`,
    flags: ['--demo', '--api-only'],
    logFile: join(folder, 'server.log'),
  });
const middle = (rates: number[]) => [...rates].sort((a, b) => a - b)[Math.floor(rates.length / 2)] ?? 0;

try {
  // A database of its own for the baseline, filled alike.
  const twin = await start('bare.db');
  await upload(twin, 10_000);
  await twin.stop();
  const server = await start('ours.db');
  await upload(server, 10_000);

  const ours: number[] = [];
  const baselines: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    ours.push(await upload(server, BATCH));
    baselines.push(bare(join(folder, 'bare.db'), BATCH));
  }
  const few = { ours: middle(ours), bare: middle(baselines) };
  say(`from 10 000 stored, batches of ${BATCH}: bare ${Math.round(few.bare)}/s, exchange ${Math.round(few.ours)}/s`);

  await server.stop();
  const fresh = await start('memory.db');
  const idle = memory(fresh, 'VmRSS');
  // As CSV: so many records fit into 64 MB.
  await upload(fresh, FULL, 'text/csv');
  const peak = memory(fresh, 'VmHWM') - idle;
  await fresh.stop();
  say(`an upload of ${FULL} records: ${Math.round(peak)} MB above idle (${Math.round(idle)} MB)`);

  let many: number | null = null;
  if (!quick) {
    const grown = await start('ours.db');
    for (let stored = 10_000 + 3 * BATCH; stored < 1_000_000; stored += BATCH) {
      await upload(grown, BATCH);
      if (stored % 200_000 < BATCH) say(`  ${stored} stored`);
    }
    const rates: number[] = [];
    for (let n = 0; n < 3; n += 1) rates.push(await upload(grown, BATCH));
    many = middle(rates);
    say(`from 1 000 000 stored: exchange ${Math.round(many)}/s, ${(many / few.ours).toFixed(2)} of the rate before`);
    await grown.stop();
  }
  const result = {
    bare: Math.round(few.bare),
    ours: Math.round(few.ours),
    ratio: Number((few.ours / few.bare).toFixed(2)),
    peakMemoryMb: Math.round(peak),
    ...(many ? { oursAtMillion: Math.round(many), keeps: Number((many / few.ours).toFixed(2)) } : {}),
  };
  say(`RESULT ${JSON.stringify(result)}`);
} finally {
  rmSync(folder, { recursive: true });
}

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
const ROUNDS = 3;
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
    `INSERT INTO authentication_records (${FIELD_NAMES.join(', ')}, facet_id, idcode_index, phone_index)
      VALUES (${FIELD_NAMES.map(() => '?').join(', ')}, 1, ?, ?)`,
  );
  const { rows } = makeBatch(count);
  // Unsealed, also where it is found by.
  const values = rows.map((row) => [...FIELD_NAMES, 'idcode', 'phone'].map((name) => row[name] || null));
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
const rounded = (ratio: number) => Number(ratio.toFixed(2));

/** @returns MB above idle at the peak of an upload of 100 000 records; as CSV, so many fit into 64 MB. */
async function peakOf(server: RunningServer, idle: number): Promise<number> {
  await upload(server, FULL, 'text/csv');
  const peak = Math.round(memory(server, 'VmHWM') - idle);
  say(`an upload of ${FULL} records: ${peak} MB above idle (${Math.round(idle)} MB)`);
  return peak;
}

try {
  const fresh = await start('memory.db');
  const peakMemoryMb = await peakOf(fresh, memory(fresh, 'VmRSS'));
  await fresh.stop();

  // A database of its own for the baseline, filled alike.
  const twin = await start('bare.db');
  await upload(twin, 10_000);
  await twin.stop();
  const small = await start('small.db');
  await upload(small, 10_000);
  const large = quick ? null : await start('large.db');
  const idle = large ? memory(large, 'VmRSS') : 0;
  for (let stored = 0; large && stored < 1_000_000; stored += BATCH) {
    await upload(large, BATCH);
    if (stored % 200_000 === 0) say(`  ${stored + BATCH} stored`);
  }

  // By turns, as machines are quick in one minute and slow in the next.
  const rounds: { bare: number; ours: number; large: number }[] = [];
  for (let n = 0; n < ROUNDS; n += 1) {
    const ours = await upload(small, BATCH);
    const round = { bare: bare(join(folder, 'bare.db'), BATCH), ours, large: large ? await upload(large, BATCH) : 0 };
    rounds.push(round);
    say(
      `  bare ${Math.round(round.bare)}/s, from 10 000 stored ${Math.round(ours)}/s, from 1 000 000 ${Math.round(round.large)}/s`,
    );
  }
  const result = {
    bare: Math.round(middle(rounds.map((round) => round.bare))),
    ours: Math.round(middle(rounds.map((round) => round.ours))),
    ratio: rounded(middle(rounds.map((round) => round.ours / round.bare))),
    peakMemoryMb,
    ...(large && {
      oursAtMillion: Math.round(middle(rounds.map((round) => round.large))),
      keeps: rounded(middle(rounds.map((round) => round.large / round.ours))),
      peakMemoryMbAtMillion: await peakOf(large, idle),
    }),
  };
  say(`RESULT ${JSON.stringify(result)}`);
  await small.stop();
  await large?.stop();
} finally {
  rmSync(folder, { recursive: true });
}

/** What monitoring asks of a running server, who may ask, and how it ends. */

import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { open, tables } from '../../db/index.ts';
import { makeTestDatabase, type TestDatabase } from '../../db/test-database.ts';
import { EVIDENCE } from '../../e2e/evidence.ts';
import { type RunningServer, startServer } from '../../e2e/server.ts';
import { APP_4401, fictionalRecord, upload } from '../exchange/test-exchange.ts';
import { client, qrOf, sessionCookie } from '../test-console.ts';
import { makeHealth } from './health.ts';

const logFile = join(EVIDENCE.api, 'operations.log');
const flags = ['--demo', '--api-only'];
afterAll(async () => {
  // Of a test that failed.
  for (const server of running) server.process.kill('SIGKILL');
  for (const each of databases) await each.drop();
});
const databases: TestDatabase[] = [];
const another = async () => {
  const made = await makeTestDatabase();
  databases.push(made);
  return made.url;
};
const running: RunningServer[] = [];
const start = async (env: Record<string, string> = {}) => {
  const databaseUrl = await another();
  const server = await startServer({ databaseUrl, flags, logFile, env });
  running.push(server);
  return server;
};
const signIn = async (url: string) => {
  const response = await fetch(`${url}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'nurse', password: 'demo-nurse' }),
  });
  return client(url, sessionCookie(response));
};

describe('metrics', () => {
  it('count what happened, by words of the program only', { timeout: 60_000 }, async () => {
    const server = await start();
    const read = async () => (await fetch(`${server.url}/metrics`)).text();
    await read();
    const nurse = await signIn(server.url);
    await nurse.scan.lookup.mutate({ code: qrOf('demo:authenticated') });
    await nurse.scan.lookup.mutate({ code: qrOf('demo:unknown') });
    const { voucherNo } = await nurse.vouchers.issue.mutate({ code: qrOf('demo:authenticated') });
    await nurse.vouchers.reprint.mutate({ voucherNo });
    const records = [fictionalRecord(1), { ...fictionalRecord(2), idcode: '1' }];
    await upload(server, { cdBatch: '4401261123090000001', records });
    await fetch(`${server.url}/api/records/440106199001011234`);
    await fetch(`${server.url}/api/trpc/440106199001011234`);
    await fetch(`${server.url}/440106199001011234`);
    const text = await read();
    const lines = text.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'console_scans_total{outcome="authenticated"} 1',
        'console_scans_total{outcome="unknown"} 1',
        'console_vouchers_total{event="issue"} 1',
        'console_vouchers_total{event="reprint"} 1',
        'console_upload_rows_total{result="accepted"} 1',
        'console_upload_rows_total{result="rejected"} 1',
        'console_sign_ins_total{outcome="ok"} 1',
        'console_http_request_duration_seconds_count{route="/api/trpc/scan.lookup",method="POST",status="200"} 2',
        'console_http_request_duration_seconds_count{route="/api/exchange/v1/batches",method="POST",status="200"} 1',
        'console_write_queue 0',
        'console_storage_fault 0',
        'console_outbox_waiting 0',
      ]),
    );
    for (const name of [
      'console_write_wait_seconds_count',
      'console_fdatasync_seconds_count',
      'console_disk_free_bytes',
      'nodejs_eventloop_lag_p99_seconds',
      'process_resident_memory_bytes',
    ]) {
      expect(Number(lines.find((line) => line.startsWith(`${name} `))?.split(' ')[1]), name).toBeGreaterThan(0);
    }
    expect(text).not.toContain('440106199001011234');
    expect(text).not.toContain(voucherNo);
    // Counted once, whoever asks.
    expect(await read()).toContain('console_vouchers_total{event="issue"} 1');
    await server.stop();
  });

  it('are for those whom the settings name', { timeout: 60_000 }, async () => {
    const METRICS_TOKEN = 'a-token-of-these-tests';
    const open = await start();
    const status = async (url: string, headers: Record<string, string> = {}) =>
      (await fetch(`${url}/metrics`, { headers })).status;
    expect(await status(open.url)).toBe(200);
    // Behind a proxy everybody comes from this machine.
    expect(await status(open.url, { 'x-forwarded-for': '10.0.0.9' })).toBe(403);
    await open.stop();
    const closed = await start({ METRICS_ALLOW: '10.1.0.0/16', METRICS_TOKEN });
    expect(await status(closed.url)).toBe(403);
    expect(await status(closed.url, { authorization: 'Bearer another' })).toBe(403);
    expect(await status(closed.url, { authorization: `Bearer ${METRICS_TOKEN}` })).toBe(200);
    expect(
      (await fetch(`${closed.url}/metrics`, { method: 'POST', headers: { authorization: `Bearer ${METRICS_TOKEN}` } }))
        .status,
    ).toBe(405);
    await closed.stop();
  });
});

describe('readiness', () => {
  it('tells what is wrong: space, the keys, the clock', async () => {
    const databaseUrl = await another();
    const db = await open(databaseUrl);
    const wrong = async (minFreeMb: number) => {
      const { ready, checks } = await makeHealth(db, { databaseUrl, minFreeMb }).ready();
      expect(ready).toBe(checks.every(({ ok }) => ok));
      return checks.filter(({ ok }) => !ok).map(({ name }) => name);
    };
    expect(await wrong(0)).toEqual([]);
    expect(await wrong(1e12)).toEqual(['disk_space']);
    await db.write((tx) => tx.insert(tables.dataKeys).values({ id: 'k99', proof: '' }));
    expect(await wrong(0)).toEqual(['keys']);
    await db.write((tx) => tx.delete(tables.dataKeys));
    const event = { action: 'x', outcome: 'ok', actor: 'x', actorRole: 'system', requestId: 'x' };
    const inAnHour = new Date(Date.now() + 60 * 60 * 1000).toISOString();
    await db.write((tx) => tx.insert(tables.auditEvents).values({ ...event, at: inAnHour }));
    expect(await wrong(0)).toEqual(['clock']);
    await db.close();
  });
});

describe('the end', () => {
  /** Begins an upload and holds it in the middle. */
  function beginUpload(url: string) {
    const body = JSON.stringify({
      cd_batch: '4401261123090000001',
      records: [{ ...fictionalRecord(1), cd_batch: '4401261123090000001' }],
    });
    const headers = {
      authorization: `Bearer ${APP_4401.secret}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(`${url}/api/exchange/v1/batches`, { method: 'POST', headers });
    const answer = new Promise<number | string>((resolve) => {
      sent.once('response', (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      });
      sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    });
    const half = Math.floor(body.length / 2);
    sent.write(Buffer.from(body).subarray(0, half));
    return { answer, finish: () => void sent.end(Buffer.from(body).subarray(half)) };
  }
  const refusesConnections = async (url: string) =>
    vi.waitFor(
      () => expect(fetch(`${url}/api/health`, { headers: { connection: 'close' } })).rejects.toThrow(),
      10_000,
    );

  it('waits for what is in flight, takes nothing new, and is 0', { timeout: 60_000 }, async () => {
    const server = await start();
    const slow = beginUpload(server.url);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const stopped = server.stop('SIGTERM');
    await refusesConnections(server.url);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(server.process.exitCode).toBeNull();
    slow.finish();
    expect(await slow.answer).toBe(200);
    await stopped;
    expect(server.process.exitCode).toBe(0);
    const db = await open(databases.at(-1)?.url ?? '');
    expect((await db.read.select().from(tables.batches)).map(({ accepted }) => accepted)).toEqual([1]);
    await db.close();
  });

  it('comes at once with the second signal', { timeout: 60_000 }, async () => {
    const server = await start();
    const slow = beginUpload(server.url);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const stopped = server.stop('SIGTERM');
    await refusesConnections(server.url);
    const since = performance.now();
    server.process.kill('SIGINT');
    await stopped;
    expect(performance.now() - since).toBeLessThan(2000);
    expect(server.process.exitCode).toBe(1);
    expect(typeof (await slow.answer)).toBe('string');
  });
});

/** What was answered survives: the process is killed in the middle of issuing, again and again. */
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { cardNoOf } from '../db/demo/fixed-residents.ts';
import { open, tables } from '../db/index.ts';
import { makeDemoDatabase } from '../db/test-database.ts';
import { EVIDENCE } from '../e2e/evidence.ts';
import { startServer } from '../e2e/server.ts';
import { client, sessionCookie } from './test-console.ts';
import { addResidents } from './test-residents.ts';

const KILLS = 20;
const RESIDENTS = 400;

it(`loses no answered voucher and uses no serial twice over ${KILLS} kills`, { timeout: 300_000 }, async () => {
  const database = await makeDemoDatabase();
  const databaseUrl = database.url;
  const logFile = join(EVIDENCE.api, 'crash.log');
  const start = () => startServer({ databaseUrl, flags: ['--demo', '--api-only'], logFile });
  const answered = new Map<string, string>();
  const keys = Array.from({ length: RESIDENTS }, (_, n) => `crash:${n}`);

  let server = await start();
  const filling = await open(databaseUrl);
  await addResidents(filling, keys);
  await filling.close();
  const response = await fetch(`${server.url}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'nurse', password: 'demo-nurse' }),
  });
  const cookie = sessionCookie(response);

  for (let kill = 0; kill < KILLS; kill += 1) {
    const nurse = client(server.url, cookie);
    const from = (kill * RESIDENTS) / KILLS;
    // Killed once a few of them are answered: a number, and not a time, falls in the middle on any machine.
    const wanted = answered.size + 1 + (kill % 7);
    const running = keys.slice(from, from + RESIDENTS / KILLS).map(async (key) => {
      const voucher = await nurse.vouchers.issue.mutate({ code: cardNoOf(key) }).catch(() => null);
      if (voucher) answered.set(key, voucher.voucherNo);
    });
    await vi.waitFor(() => expect(answered.size).toBeGreaterThanOrEqual(wanted), { timeout: 60_000, interval: 1 });
    await server.stop('SIGKILL');
    await Promise.all(running);
    server = await start();
    expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
  }
  await server.stop();

  const db = await open(databaseUrl);
  const stored = await db.read.select().from(tables.vouchers);
  const [counter] = await db.read.select().from(tables.voucherSerials);
  await db.close();
  await database.drop();

  const numbers = new Set(stored.map((row) => row.voucherNo));
  expect([...answered.values()].filter((number) => !numbers.has(number))).toEqual([]);
  expect(new Set(answered.values()).size).toBe(answered.size);
  expect(stored.map((row) => row.serial).sort((a, b) => a - b)).toEqual(
    Array.from({ length: stored.length }, (_, n) => n + 1),
  );
  expect(counter?.lastSerial).toBe(stored.length);
  // The kills did fall in the middle: some were answered, some were not.
  expect(answered.size).toBeGreaterThanOrEqual(KILLS);
  expect(answered.size).toBeLessThan(RESIDENTS);
});

/** The process is killed in the middle of uploads, again and again; the client tries until it is answered. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeDemoDatabase, onPostgres } from '../../db/test-database.ts';
import { EVIDENCE } from '../../e2e/evidence.ts';
import { startServer } from '../../e2e/server.ts';
import { summarise } from './reconcile.ts';
import { fictionalRecord, signed, upload, type WireRecord } from './test-exchange.ts';
import type { Receipt } from './wire.ts';

const KILLS = 50;
const ROWS = 2500;

it(`each record stands exactly once after ${KILLS} kills`, { timeout: 600_000 }, async () => {
  const database = await makeDemoDatabase();
  const start = () =>
    startServer({
      databaseUrl: database.url,
      flags: ['--demo', '--api-only'],
      logFile: join(EVIDENCE.api, 'exchange-crash.log'),
    });
  let server = await start();
  const receipts: Receipt[] = [];
  const sent: { id: string; cdBatch: string }[] = [];
  let kills = 0;
  let interrupted = 0;

  for (let n = 0; kills < KILLS; n += 1) {
    const cdBatch = `4401261123130${String(n).padStart(6, '0')}`;
    const records: WireRecord[] = Array.from({ length: ROWS }, (_, at) => ({
      ...fictionalRecord(n * ROWS + at),
      cd_time: '2025-03-04 05:06:07',
    }));
    sent.push(...records.map(({ id }) => ({ id: String(id), cdBatch })));
    for (let answered = false; !answered; ) {
      const answer = upload(server, { cdBatch, records }).then((response) => response.json() as Promise<Receipt>);
      const receipt = answer.catch(() => null);
      if (kills < KILLS) {
        // An upload takes some 200 ms here: reading, the transaction, the answer.
        await new Promise((resolve) => setTimeout(resolve, (kills * 13) % 260));
        await server.stop('SIGKILL');
        kills += 1;
        server = await start();
      }
      const got = await receipt;
      if (got) receipts.push(got);
      else interrupted += 1;
      answered = got !== null;
    }
  }

  const from = '2025-03-04';
  const answer = await signed(server, 'GET', `/api/exchange/v1/reconciliation?from=${from}&to=${from}`);
  const held = await answer.json();
  await server.stop();
  for (const receipt of receipts) expect(receipt).toMatchObject({ total: ROWS, accepted: ROWS, rejected: 0 });
  const [day] = held.days;
  const own = sent.map((row) => ({ ...row, cdOperation: 'i' as const, cdTime: '2025-03-04 05:06:07' }));
  expect(day).toEqual(await summarise(own));
  expect(await database.one('SELECT count(*) FROM record_changes')).toBe(sent.length);
  expect(await database.one('SELECT sum(accepted) FROM batches')).toBe(sent.length);
  if (!onPostgres) expect(await database.one('PRAGMA integrity_check')).toBe('ok');
  await database.drop();
  // The kills did fall in the middle, and some batches were applied and answered only when asked again.
  expect(interrupted).toBeGreaterThan(KILLS / 3);
});

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tables } from '../../db/index.ts';
import { startTestConsole, type TestConsole } from '../test-console.ts';
import { APP_4403, counter, fictionalRecord, signed, upload, type WireRecord } from './test-exchange.ts';
import { type Receipt, receipt as receiptSchema, reconciliation } from './wire.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

const numbers = counter(1);
const nextBatch = () => `4401261123120000${String(numbers()).padStart(3, '0')}`;
const residents = counter(1000);
const someone = (over: WireRecord = {}): WireRecord => ({ ...fictionalRecord(residents()), ...over });
const put = async (records: unknown[], cdBatch = nextBatch()): Promise<Receipt> =>
  (await upload(site, { cdBatch, records })).json();
const lookup = async (record: WireRecord) =>
  (await site.as('nurse')).scan.lookup.mutate({ code: `${record.erhc_card_no}:1` });
const count = () => site.db.read.$count(tables.records);

describe('receipts', () => {
  it('fit their schema, count every row once, and keep a bad record to itself', async () => {
    const cdBatch = nextBatch();
    const twice = someone();
    const receipt = await put(
      [someone(), someone({ phone: '1', name: '' }), twice, { ...twice }, 7, null, someone({ idcode: '1' }), someone()],
      cdBatch,
    );
    expect(receiptSchema.parse(receipt)).toEqual(receipt);
    expect(receipt).toMatchObject({ total: 8, accepted: 3, unchanged: 0, rejected: 5, warnings: 0 });
    expect(receipt.errors.map(({ row, field, code }) => `${row} ${field} ${code}`)).toEqual([
      '2 name REQUIRED',
      '2 phone FORMAT',
      '4 id DUPLICATE_IN_BATCH',
      '5  FORMAT',
      '6  FORMAT',
      '7 idcode FORMAT',
    ]);
    const again = await signed(site, 'GET', `/api/exchange/v1/batches/${cdBatch}`);
    expect(await again.json()).toEqual(receipt);
    // With a BOM, as spreadsheets want it.
    const csv = Buffer.from(await (await signed(site, 'GET', receipt.errors_url)).arrayBuffer()).toString('utf8');
    expect(csv.split('\n')[0]).toBe('\uFEFFrow,id,severity,field,code,message');
    expect(csv.trim().split('\n')).toHaveLength(7);
  });

  it('of the same content stay as they were; other content under the number is refused', async () => {
    const cdBatch = nextBatch();
    const records = [someone(), someone({ phone: 'x' })];
    const first = await put(records, cdBatch);
    const rows = await count();
    expect(await put(records, cdBatch)).toEqual(first);
    expect(await put([...records].reverse(), cdBatch)).toMatchObject({ code: 'BATCH_CONFLICT' });
    expect(await put([someone()], cdBatch)).toMatchObject({ code: 'BATCH_CONFLICT' });
    expect(await count()).toBe(rows);
  });

  it('hold a thousand errors; the file holds all of them', async () => {
    const receipt = await put(Array.from({ length: 1500 }, () => ({})));
    expect(receipt.errors).toHaveLength(1000);
    const csv = await (await signed(site, 'GET', receipt.errors_url)).text();
    // Of the 18 required fields cd_batch is given, and the method is asked for only of the authenticated.
    expect(csv.trim().split('\n')).toHaveLength(1 + 1500 * 16);
  });

  it('are one for two who upload the same batch at once', async () => {
    const cdBatch = nextBatch();
    const records = Array.from({ length: 300 }, () => someone());
    const [a, b] = await Promise.all([put(records, cdBatch), put(records, cdBatch)]);
    expect(a).toMatchObject({ accepted: 300 });
    expect(b).toEqual(a);
    const changes = await site.db.read.select().from(tables.recordChanges);
    const [batch] = (await site.db.read.select().from(tables.batches)).filter((row) => row.cdBatch === cdBatch);
    expect(changes.filter((change) => change.batchId === batch?.id)).toHaveLength(300);
  });
});

describe('history', () => {
  it('keeps what changed, by which batch and app, and no second copy of personal data', async () => {
    const record = someone();
    await put([record]);
    await put([{ ...record, cd_operation: 'u', name: '李改名', phone: '13800009999', cd_time: '2026-06-02 00:00:00' }]);
    await put([{ ...record, cd_operation: 'd', cd_time: '2026-06-03 00:00:00' }]);
    const [row] = (await site.db.read.select().from(tables.records)).filter(({ id }) => id === record.id);
    const changes = (await site.db.read.select().from(tables.recordChanges)).filter(
      (each) => each.recordSeq === row?.seq,
    );
    expect(changes.map(({ operation, changedFields }) => `${operation} ${changedFields}`)).toEqual([
      'i null',
      'u name phone cd_time cd_batch cd_operation',
      'd cd_time cd_batch cd_operation',
    ]);
    expect(JSON.stringify(changes)).not.toContain('李改名');
    expect(JSON.stringify(changes)).not.toContain('13800009999');
  });
});

describe('filings (X2)', () => {
  it.each([
    ['that is not filed', { app_record_no: 'GZ-NET-9999' }, ['app_record_no NOT_FILED']],
    [
      'whose filing was revoked',
      { app_record_no: 'GZ-NET-0002', app_record_no_recognize: 'GZ-APP-0002' },
      ['app_record_no FILING_REVOKED', 'app_record_no_recognize FILING_REVOKED'],
    ],
    [
      'of another city',
      { app_record_no: 'SZ-NET-0001', app_record_no_recognize: 'SZ-APP-0001' },
      ['app_record_no NOT_FILED', 'app_record_no_recognize NOT_FILED'],
    ],
  ])('a record through an app %s is refused, and authenticates nobody', async (_, over, errors) => {
    const record = someone(over);
    const receipt = await put([record]);
    expect(receipt.errors.map(({ field, code }) => `${field} ${code}`)).toEqual(errors);
    expect(await lookup(record)).toMatchObject({ outcome: 'unauthenticated', known: false });
  });

  it('a withdrawal takes effect on the next scan', async () => {
    const record = someone();
    await put([record]);
    expect(await lookup(record)).toMatchObject({ outcome: 'authenticated' });
    await put([{ ...record, cd_operation: 'd', cd_time: '2026-06-02 00:00:00' }]);
    expect(await lookup(record)).toMatchObject({ outcome: 'unauthenticated' });
  });

  it('a city can neither change nor see what another holds', async () => {
    const record = someone();
    await put([record]);
    const other = { cd_source: '4403', app_record_no: 'SZ-NET-0001', app_record_no_recognize: 'SZ-APP-0001' };
    const cdBatch = '4403261123120000001';
    const attempts = ['i', 'u', 'd'].map((cd_operation, n) => ({
      ...record,
      ...other,
      id:
        n === 0
          ? record.id
          : `${String(record.id).slice(0, 8)}-${String(record.id).slice(8, 12)}-${String(record.id).slice(12, 16)}-${String(record.id).slice(16, 20)}-${String(record.id).slice(20)}`,
      cd_operation,
      cd_time: '2026-06-05 00:00:00',
    }));
    const response = await upload(site, { cdBatch, records: attempts, secret: APP_4403.secret });
    const receipt: Receipt = await response.json();
    expect(receipt.errors.map(({ code }) => code)).toEqual(['CONFLICT', 'UNKNOWN_ID', 'UNKNOWN_ID']);
    expect(await lookup(record)).toMatchObject({ outcome: 'authenticated' });
  });
});

describe('reconciliation', () => {
  it('counts what the province holds by day, batch and operation, with digests that a city can compute', async () => {
    const cd_time = '2025-02-03 04:05:06';
    const records = Array.from({ length: 5 }, () => someone({ cd_time }));
    const first = nextBatch();
    await put(records, first);
    const second = nextBatch();
    await put([{ ...records[0], cd_operation: 'd' }], second);
    const answer = await signed(site, 'GET', '/api/exchange/v1/reconciliation?from=2025-02-03&to=2025-02-03');
    const held = reconciliation.parse(await answer.json());
    const lines = records
      .map((record, n) => `${record.id},${n === 0 ? 'd' : 'i'},${cd_time}\n`)
      .sort()
      .join('');
    expect(held).toMatchObject({
      cd_source: '4401',
      days: [
        {
          day: '2025-02-03',
          count: 5,
          digest: createHash('sha256').update(lines).digest('hex'),
          batches: [
            { cd_batch: first, cd_operation: 'i', count: 4 },
            { cd_batch: second, cd_operation: 'd', count: 1 },
          ],
        },
      ],
    });
  });

  it('of more records of one time than a page holds', async () => {
    const time = '2026-01-15 08:00:00';
    const records = Array.from({ length: 4100 }, () => someone({ cd_time: time }));
    expect(await put(records)).toMatchObject({ accepted: 4100 });
    const response = await signed(site, 'GET', '/api/exchange/v1/reconciliation?from=2026-01-15&to=2026-01-15');
    const ids = records.map(({ id }) => String(id)).sort();
    const digest = createHash('sha256').update(ids.map((id) => `${id},i,${time}\n`).join(''));
    expect((await response.json()).days).toMatchObject([{ count: 4100, digest: digest.digest('hex') }]);
  });

  it.each(['', '?from=2026-01-01', '?from=2026-02-01&to=2026-01-01', '?from=2026-01-01&to=2026-02-02', '?from=x&to=y'])(
    'refuses the query %j',
    async (query) => {
      const response = await signed(site, 'GET', `/api/exchange/v1/reconciliation${query}`);
      expect([response.status, (await response.json()).code]).toEqual([400, 'BAD_INPUT']);
    },
  );
});

it('ten uploads at once let every scan through', async () => {
  const nurse = await site.as('nurse');
  const scanned = someone();
  await put([scanned]);
  let running = true;
  const uploads = Promise.all(
    Array.from({ length: 10 }, () => put(Array.from({ length: 1000 }, () => someone()))),
  ).finally(() => {
    running = false;
  });
  let scans = 0;
  while (running) {
    const answer = await nurse.scan.lookup.mutate({ code: `${scanned.erhc_card_no}:1` });
    expect(answer.outcome).toBe('authenticated');
    if (running) scans += 1;
  }
  expect((await uploads).map(({ accepted }) => accepted)).toEqual(Array(10).fill(1000));
  // Behind all ten there would be none.
  expect(scans).toBeGreaterThan(1);
});

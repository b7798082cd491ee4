import { setTimeout } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { desc, eq } from 'drizzle-orm';
import { streamXlsxRows } from 'hucre/xlsx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoRecords } from '../../db/demo/records.ts';
import { tables } from '../../db/index.ts';
import { sampleRecord } from '../exchange/client/sample.ts';
import { upload } from '../exchange/test-exchange.ts';
import { RECORD_COLUMNS, type RecordColumn } from '../records/schema.ts';
import { codeOf, startTestConsole, type TestConsole } from '../test-console.ts';
import type { ExportFormat, StartExportInput } from './schema.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

const COLUMNS = Object.keys(RECORD_COLUMNS) as RecordColumn[];
const all = demoRecords();

type RecordsInput = Extract<StartExportInput, { source: 'records' }>;
const ask = (over: Partial<RecordsInput> = {}): RecordsInput => ({
  source: 'records',
  format: 'csv',
  filter: {},
  columns: COLUMNS,
  ...over,
});

const find = async (id: string, username: 'province' | 'auditor' = 'province') => {
  const jobs = await (await site.as(username)).exports.list.query();
  return jobs.find((job) => job.id === id);
};

/** Starts an export and waits until it ended. */
const run = (over: Partial<RecordsInput> = {}) => runAs('province', ask(over));
async function runAs(username: 'province' | 'auditor', input: StartExportInput) {
  const { id } = await (await site.as(username)).exports.start.mutate(input);
  for (;;) {
    const job = await find(id, username);
    if (job && job.state !== 'running') return job;
    await setTimeout(50);
  }
}

async function fetchFile(id: string, username: 'province' | 'auditor' | 'nurse' = 'province') {
  return fetch(`${site.url}/api/exports/${id}/file`, { headers: { cookie: await site.cookieOf(username) } });
}

async function rowsOf(format: ExportFormat, response: Response): Promise<string[][]> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (format === 'csv') return parse(new TextDecoder('utf-8', { ignoreBOM: false }).decode(bytes));
  const rows: string[][] = [];
  for await (const { values } of streamXlsxRows(bytes)) rows.push(values.map((value) => String(value ?? '')));
  return rows;
}

describe('an export of records', () => {
  it.each(['csv', 'xlsx'] as const)('as %s holds what the list shows, masked', async (format) => {
    const job = await run({ format });
    expect(job).toMatchObject({ state: 'done', rows: all.length, total: all.length, problem: null });
    const response = await fetchFile(job.id);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="records-\d{14}\.(csv|xlsx)"$/);
    const [headings, ...rows] = await rowsOf(format, response);
    expect(headings).toEqual(Object.values(RECORD_COLUMNS));
    expect(rows).toHaveLength(all.length);
    const { items } = await (await site.as('province')).records.browse.mutate({});
    const first = items[0];
    expect(rows[0]?.slice(0, 7)).toEqual([
      first?.name,
      first?.sex,
      first?.birthday,
      first?.idCardType,
      first?.idcode,
      first?.phone,
      first?.cityName,
    ]);
    const text = JSON.stringify(rows);
    for (const { idcode, phone, name } of all)
      for (const secret of [idcode, phone, name]) expect(text).not.toContain(secret);
  });

  it('obeys filter, order and chosen columns', async () => {
    const filter = { cityCode: '4403', state: 'authenticated' } as const;
    const job = await run({ filter, order: 'oldest', columns: ['cdTime', 'cityName'] });
    const [headings, ...rows] = await rowsOf('csv', await fetchFile(job.id));
    expect(headings).toEqual(['来源城市', '插入时间']);
    const expected = all.filter((row) => row.cdSource === '4403' && row.recognizeFlag === 1 && row.cdOperation !== 'd');
    expect(rows).toEqual(expected.map((row) => ['深圳市', row.cdTime]).sort());
  });

  it('of nothing is a heading', async () => {
    const job = await run({ filter: { from: '2030-01-01' } });
    expect(job).toMatchObject({ state: 'done', rows: 0 });
    expect(await rowsOf('csv', await fetchFile(job.id))).toHaveLength(1);
  });

  it('makes no formula of a cell', async () => {
    const cdBatch = '4401261123090000777';
    const record = {
      ...sampleRecord(1, { city: '4401', seed: 'formula', cdTime: '2026-09-09 09:09:09' }),
      cd_batch: cdBatch,
    };
    const taken = await upload(site, { cdBatch, records: [{ ...record, name: '=1+1' }] });
    expect(taken.status).toBe(200);
    const job = await run({ filter: { from: '2026-09-09', to: '2026-09-09' }, columns: ['name'] });
    expect((await rowsOf('csv', await fetchFile(job.id)))[1]).toEqual(["'=**1"]);
  });

  it('is told to the audit trail when it begins and when its file is fetched', async () => {
    const job = await run({ filter: { search: { by: 'phone', text: all[0]?.phone ?? '' } } });
    await (await fetchFile(job.id)).arrayBuffer();
    const events = await site.db.read.select().from(tables.auditEvents).orderBy(desc(tables.auditEvents.id)).limit(2);
    expect(events).toMatchObject([
      { action: 'export.download', subject: job.id, detail: '1' },
      { action: 'record.export', detail: 'csv phone' },
    ]);
  });

  it('can be cancelled, one at a time is enough, and its file is gone then', async () => {
    await addMany();
    const province = await site.as('province');
    const { id } = await province.exports.start.mutate(ask({ format: 'xlsx' }));
    expect(await codeOf(province.exports.start.mutate(ask()))).toBe('EXPORT_RUNNING');
    expect((await fetchFile(id)).status).toBe(409);
    expect(await province.exports.cancel.mutate({ id })).toMatchObject({ state: 'cancelled' });
    expect(await codeOf(province.exports.cancel.mutate({ id }))).toBe('EXPORT_NOT_READY');
    expect((await fetchFile(id)).status).toBe(409);
    expect(await find(id)).toMatchObject({ state: 'cancelled' });
  });

  it('goes on while others are answered, and tells how far it is', async () => {
    const province = await site.as('province');
    const { id } = await province.exports.start.mutate(ask());
    const seen: number[] = [];
    for (let job = await find(id); job?.state === 'running'; job = await find(id)) {
      if (job.total !== null) seen.push(job.rows);
      await setTimeout(20);
    }
    expect(await find(id)).toMatchObject({ state: 'done' });
    expect(seen.length).toBeGreaterThan(1);
  });

  it('belongs to whoever asked for it', async () => {
    const job = await run();
    expect((await fetchFile(job.id, 'auditor')).status).toBe(404);
    expect((await fetchFile(job.id, 'nurse')).status).toBe(403);
    expect((await fetch(`${site.url}/api/exports/${job.id}/file`)).status).toBe(401);
    expect((await fetchFile('nothing')).status).toBe(400);
  });

  it('keeps the last five', async () => {
    const first = await run();
    for (let n = 0; n < 5; n += 1) await run({ filter: { from: '2030-01-01' } });
    expect(await find(first.id)).toBeUndefined();
    expect(await (await site.as('province')).exports.list.query()).toHaveLength(5);
  });
});

describe('an export of the audit trail', () => {
  it('holds every event that the filter shows, in its order, with its hash', async () => {
    const filter = { action: 'record.export' } as const;
    const job = await runAs('auditor', { source: 'audit', format: 'csv', filter, order: 'oldest' });
    const [headings, ...rows] = await rowsOf('csv', await fetchFile(job.id, 'auditor'));
    expect(headings?.slice(0, 4)).toEqual(['编号', '时间', '操作', '操作代码']);
    const events = await site.db.read
      .select()
      .from(tables.auditEvents)
      .where(eq(tables.auditEvents.action, 'record.export'))
      .orderBy(tables.auditEvents.id);
    expect(rows.map((row) => [row[0], row.at(-1)])).toEqual(events.map(({ id, hash }) => [String(id), hash]));
    expect(rows[0]).toEqual(expect.arrayContaining(['导出认证记录', '成功', '省平台', 'province', '省级管理员']));
    const [told] = await site.db.read
      .select()
      .from(tables.auditEvents)
      .where(eq(tables.auditEvents.action, 'audit.export'));
    expect(told).toMatchObject({ outcome: 'ok', detail: 'csv action=record.export' });
  });

  it('is the auditor’s alone, as that of records is the province’s', async () => {
    const input = { source: 'audit', format: 'xlsx', filter: {} } as const;
    expect(await codeOf((await site.as('province')).exports.start.mutate(input))).toBe('FORBIDDEN');
    expect(await codeOf((await site.as('auditor')).exports.start.mutate(ask()))).toBe('FORBIDDEN');
  });
});

/** Enough rows for an export to take a while. */
async function addMany() {
  const { records } = tables;
  const [model] = await site.db.read
    .select()
    .from(records)
    .where(eq(records.id, all[0]?.id ?? ''));
  if (!model) throw new Error('the demo lost its resident');
  await site.db.write(async (tx) => {
    const { seq: _seq, ...columns } = model;
    const keys = Object.keys(columns) as (keyof typeof columns)[];
    const rows = Array.from({ length: 30_000 }, (_, n) =>
      keys.map((key) => (key === 'id' ? String(n).padStart(32, '0') : columns[key])),
    );
    await tx.insertMany(records, keys, rows);
  });
}

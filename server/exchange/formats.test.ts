/** What an upload may look like: every format, and the limits. */
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { stringify } from 'csv-stringify/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tables } from '../../db/index.ts';
import { FIELD_NAMES } from '../records/fields.ts';
import { startTestConsole, type TestConsole } from '../test-console.ts';
import { counter, fictionalRecord, gb18030, send, type WireRecord } from './test-exchange.ts';
import { MAX_RECORDS, type Receipt } from './wire.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

const numbers = counter(1);
const nextBatch = () => `4401261123150000${String(numbers()).padStart(3, '0')}`;
const residents = counter(1000);
const someone = (over: WireRecord = {}): WireRecord => ({ ...fictionalRecord(residents()), ...over });
const count = () => site.db.read.$count(tables.records);

describe('formats', () => {
  const rows = (cdBatch: string) => [
    someone({ cd_batch: cdBatch }),
    someone({ cd_batch: cdBatch, address: '一,"二"' }),
  ];
  const csvOf = (records: WireRecord[]) => stringify(records, { header: true, columns: [...FIELD_NAMES] });
  it('the same rows are the same batch in each of them', async () => {
    const cdBatch = nextBatch();
    const records = rows(cdBatch);
    const json = JSON.stringify({ cd_batch: cdBatch, records });
    const turned = JSON.stringify({ records, cd_batch: cdBatch });
    const ndjson = records.map((record) => JSON.stringify(record)).join('\r\n');
    const csv = csvOf(records);
    const query = `?cd_batch=${cdBatch}`;
    const gzip = { 'content-encoding': 'gzip' };
    const answers = [
      await send(site, json),
      await send(site, turned),
      await send(site, `\uFEFF${json}`),
      await send(site, gzipSync(json), { headers: gzip }),
      await send(site, ndjson, { type: 'application/x-ndjson', query }),
      await send(site, `${ndjson}\n\n`, { type: 'application/x-ndjson; charset=utf-8', query }),
      await send(site, csv, { type: 'text/csv', query }),
      await send(site, `\uFEFF${csv.replaceAll('\n', '\r\n')}`, { type: 'text/csv', query }),
      await send(site, gzipSync(csv), { type: 'text/csv', query, headers: gzip }),
      await send(site, gb18030(csv), { type: 'text/csv', query }),
      await send(site, gb18030(csv), { type: 'text/csv; charset=GB18030', query }),
    ];
    const receipts = await Promise.all(answers.map((answer) => answer.json()));
    expect(receipts[0]).toMatchObject({ cd_batch: cdBatch, total: 2, accepted: 2 });
    for (const receipt of receipts) expect(receipt).toEqual(receipts[0]);
  });

  it('CSV columns may come in any order, and a quoted cell may hold line breaks and quotes', async () => {
    const cdBatch = nextBatch();
    const columns = [...FIELD_NAMES].reverse();
    const body = stringify([someone({ cd_batch: cdBatch }), someone({ cd_batch: cdBatch, address: 'a\n"b"' })], {
      header: true,
      columns,
    });
    const receipt: Receipt = await (await send(site, body, { type: 'text/csv', query: `?cd_batch=${cdBatch}` })).json();
    expect(receipt).toMatchObject({ accepted: 1, rejected: 1 });
    expect(receipt.errors).toMatchObject([{ row: 2, field: 'address', code: 'FORMAT' }]);
  });

  it('CSV lines may end in both ways, and a quote within a plain cell is a quote', async () => {
    const cdBatch = nextBatch();
    const [header = '', first = '', second = ''] = csvOf(rows(cdBatch)).split('\n');
    const quoted = first.replace('1号', '1"号');
    const third = csvOf([someone({ cd_batch: cdBatch })]).split('\n')[1];
    expect(quoted).not.toBe(first);
    const body = `${header}\r\n${quoted}\n${second}\r\n${third}\n`;
    const receipt = await (await send(site, body, { type: 'text/csv', query: `?cd_batch=${cdBatch}` })).json();
    expect(receipt).toMatchObject({ total: 3, accepted: 3 });
  });

  it('names the record of a quote that is wrong', async () => {
    const query = `?cd_batch=${nextBatch()}`;
    const body = (length: number) => `id\n${'1\n'.repeat(4)}"1${'2'.repeat(length)}`;
    for (const length of [1, 300_000]) {
      const response = await send(site, body(length), { type: 'text/csv', query });
      expect((await response.json()).message).toContain('在第 5 条记录处');
    }
  });

  it('what is judged otherwise is another content', async () => {
    const cdBatch = nextBatch();
    const options = { type: 'application/x-ndjson', query: `?cd_batch=${cdBatch}` };
    const record: WireRecord = { ...someone({ cd_batch: cdBatch, recognize_flag: 1 }), address: undefined };
    const put = async (row: object) => (await send(site, JSON.stringify(row), options)).status;
    expect(await put({ ...record, phone: Number(record.phone) })).toBe(200);
    const others = [record, { ...record, foo: '' }, { ...record, address: {} }, { ...record, recognize_flag: 1.5 }];
    for (const other of others) expect(await put(other)).toBe(409);
    expect(await put({ ...record, phone: Number(record.phone), recognize_flag: '1', address: null })).toBe(200);
  });

  it.each([
    ['no type', '', { type: 'text/plain' }, '415 UNSUPPORTED_TYPE'],
    ['another encoding', '', { headers: { 'content-encoding': 'br' } }, '415 UNSUPPORTED_TYPE'],
    ['another charset', 'id', { type: 'text/csv; charset=utf-16' }, '415 UNSUPPORTED_TYPE'],
    ['an empty body', '', {}, '400 BAD_INPUT'],
    ['no object', '[]', {}, '400 BAD_INPUT'],
    ['half an object', '{"cd_batch":"4401261123120000001","records":[{"id":', {}, '400 MALFORMED'],
    ['text behind the object', '{"cd_batch":"x","records":[{}]}}', {}, '400 MALFORMED'],
    ['no batch number', '{"records":[{}]}', {}, '400 BAD_INPUT'],
    ['two batch numbers', '{"cd_batch":"1","records":[{}],"cd_batch":"2"}', {}, '400 BAD_INPUT'],
    ['a number for a batch number', '{"cd_batch":1,"records":[{}]}', { query: '?cd_batch=1' }, '400 BAD_INPUT'],
    ['another in the query', '{"cd_batch":"1","records":[{}]}', { query: '?cd_batch=2' }, '400 BAD_INPUT'],
    ['no records', '{"cd_batch":"4401261123120000001","records":[]}', {}, '400 BAD_INPUT'],
    ['records that are no list', '{"cd_batch":"4401261123120000001","records":{"a":{}}}', {}, '400 MALFORMED'],
    ['two lists', '{"cd_batch":"4401261123120000001","records":[{}],"records":[{}]}', {}, '400 MALFORMED'],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0xff]), {}, '400 MALFORMED'],
    ['NDJSON without a number', '{}', { type: 'application/x-ndjson' }, '400 BAD_INPUT'],
    ['an unknown column', 'id,nom\n1,2', { type: 'text/csv' }, '400 MALFORMED'],
    ['a column twice', 'id,id\n1,2', { type: 'text/csv' }, '400 MALFORMED'],
    ['an unknown column of a long file', `id,nom\n${'1,2\n'.repeat(500_000)}`, { type: 'text/csv' }, '400 MALFORMED'],
    [
      'bad bytes far in',
      Buffer.from(`id\n${'1\n'.repeat(90_000)}\xff\xff\n`, 'latin1'),
      { type: 'text/csv; charset=utf-8' },
      '400 MALFORMED',
    ],
    ['a quote that never ends', 'id\n"1', { type: 'text/csv' }, '400 MALFORMED'],
    ['gzip that is none', 'abc', { headers: { 'content-encoding': 'gzip' } }, '400 MALFORMED'],
    ['half of gzip', gzipSync('{"a":1}').subarray(0, 20), { headers: { 'content-encoding': 'gzip' } }, '400 MALFORMED'],
  ])('refuses %s', async (_, body, options, code) => {
    const before = await count();
    const response = await send(site, body, options);
    const answer = await response.json();
    expect(`${response.status} ${answer.code}`).toBe(code);
    expect(answer.message).toMatch(/[\u4e00-\u9fff]/);
    expect(answer.request_id).toBe(response.headers.get('x-request-id'));
    expect(await count()).toBe(before);
  });
});

describe('limits', () => {
  it('refuses the 100 001st record, 64 MB, a zip bomb and a record without end, and writes nothing', async () => {
    const before = [await count(), await site.db.read.$count(tables.batches)];
    const cdBatch = nextBatch();
    const options = { type: 'application/x-ndjson', query: `?cd_batch=${cdBatch}` };
    const gzip = { headers: { 'content-encoding': 'gzip' } };
    const line = `${JSON.stringify({ ...someone(), cd_batch: cdBatch })}\n`;
    const bodies: [BodyInit, object][] = [
      [gzipSync('{}\n'.repeat(MAX_RECORDS + 1)), { ...options, ...gzip }],
      ['id\n'.repeat(MAX_RECORDS + 2), { ...options, type: 'text/csv' }],
      [line.repeat(90_000), options],
      [gzipSync(Buffer.alloc(70_000_000, '\n')), { ...options, ...gzip }],
      ['a'.repeat(10_000_000), options],
      [`{"cd_batch":"${'4'.repeat(10_000_000)}"`, {}],
      [`id\n"${'4'.repeat(10_000_000)}`, { ...options, type: 'text/csv' }],
    ];
    for (const [body, each] of bodies) {
      const response = await send(site, body, each);
      expect(`${response.status} ${(await response.json()).code}`).toBe('413 TOO_LARGE');
    }
    expect([await count(), await site.db.read.$count(tables.batches)]).toEqual(before);
  });

  it('tells a slow sender, too, who listens only once all is sent', async () => {
    const { hostname, port } = new URL(site.url);
    const socket = connect(Number(port), hostname);
    const failed = new Promise<string>((resolve) => socket.once('error', ({ message }) => resolve(message)));
    const head = [
      `POST /api/exchange/v1/batches?cd_batch=${nextBatch()} HTTP/1.1`,
      `host: ${hostname}:${port}`,
      'authorization: Bearer demo-secret-4401',
      'content-type: application/x-ndjson',
      'content-length: 11500000',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    // A record without end is refused at once; the sender goes on for longer than a server waits by itself.
    socket.write('a'.repeat(10_000_000));
    for (let n = 0; n < 15; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      socket.write('a'.repeat(100_000));
    }
    const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
    expect(await Promise.race([answer, failed])).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });
});

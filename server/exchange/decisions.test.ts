/** "Where the text is silent or contradicts itself": one test a decision, through the exchange's own door. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cardNoOf } from '../../db/demo/fixed-residents.ts';
import { tables } from '../../db/index.ts';
import { checkCharacter } from '../records/identity-number.ts';
import { startTestConsole, type TestConsole } from '../test-console.ts';
import { shanghaiDay } from '../time.ts';
import { counter, fictionalRecord, upload, type WireRecord } from './test-exchange.ts';
import type { Receipt } from './wire.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

const numbers = counter(1);
const nextBatch = () => `4401261123100000${String(numbers()).padStart(3, '0')}`;
const residents = counter(100);
const someone = (over: WireRecord = {}): WireRecord => ({ ...fictionalRecord(residents()), ...over });

async function put(...records: WireRecord[]): Promise<Receipt> {
  const response = await upload(site, { cdBatch: nextBatch(), records });
  expect(response.status).toBe(200);
  return response.json();
}
const codes = (receipt: Receipt) => receipt.errors.map(({ field, code }) => `${field} ${code}`);
const stored = async (record: WireRecord) => {
  const id = String(record.id).replaceAll('-', '').toLowerCase();
  const [row] = await site.db.read.select().from(tables.records).where(eq(tables.records.id, id));
  return row;
};
/** What the nurse's page is told of a resident. */
const lookup = async (record: WireRecord) =>
  (await site.as('nurse')).scan.lookup.mutate({ code: `${record.erhc_card_no}:1` });
const numberOf = (first17: string) => first17 + checkCharacter(first17);

it('cd_batch: 4 + 12 to 14 + 3 digits, of which the first four are cd_source', async () => {
  for (const cdBatch of ['4401261123100000999', '44012026112310000099', '440120261123100000999']) {
    const response = await upload(site, { cdBatch, records: [someone()] });
    expect(await response.json()).toMatchObject({ cd_batch: cdBatch, accepted: 1 });
  }
  for (const cdBatch of ['440126112310000099', '4401202611231000009999', '4401-26112310000999']) {
    const response = await upload(site, { cdBatch, records: [someone()] });
    expect([response.status, (await response.json()).field]).toEqual([400, 'cd_batch']);
  }
  expect((await upload(site, { cdBatch: '4403261123100000999', records: [someone()] })).status).toBe(403);
  expect(codes(await put(someone({ cd_batch: '4401261123100000998' })))).toEqual(['cd_batch MISMATCH']);
});

it('d passes a filing that was revoked: what came through it can still be withdrawn', async () => {
  const record = someone();
  await put(record);
  const revoked = { app_record_no: 'GZ-NET-0002', app_record_no_recognize: 'GZ-APP-0002' };
  const later = { ...record, ...revoked, cd_time: '2026-06-05 09:00:00' };
  expect(codes(await put({ ...later, cd_operation: 'u' }))).toEqual([
    'app_record_no FILING_REVOKED',
    'app_record_no_recognize FILING_REVOKED',
  ]);
  expect((await lookup(record)).outcome).toBe('authenticated');
  expect(await put({ ...later, cd_operation: 'd' })).toMatchObject({ accepted: 1 });
  expect((await lookup(record)).outcome).not.toBe('authenticated');
});

it('authentication_method: required once authenticated, may be empty otherwise, stored sorted without repeats', async () => {
  expect(codes(await put(someone({ authentication_method: '' })))).toEqual(['authentication_method REQUIRED']);
  const without = someone({ authentication_method: '', recognize_flag: 0 });
  const several = someone({ authentication_method: '3^1^3^2' });
  expect(await put(without, several)).toMatchObject({ accepted: 2 });
  expect((await stored(without))?.authenticationMethod).toBeNull();
  expect((await stored(several))?.authenticationMethod).toBe('1^2^3');
});

it('which record counts: any live record with flag 1, of those the newest', async () => {
  const first = someone({ name: '旧名' });
  const sameCard = { erhc_card_no: first.erhc_card_no };
  await put(
    first,
    someone({ ...sameCard, name: '新名', cd_time: '2026-06-02 09:00:00' }),
    someone({ ...sameCard, recognize_flag: 0, authentication_method: '', cd_time: '2026-06-03 09:00:00' }),
  );
  expect(await lookup(first)).toMatchObject({ outcome: 'authenticated', resident: { name: '新名' } });
});

it('no record at all: not authenticated, and the province holds no record', async () => {
  expect(await lookup({ erhc_card_no: cardNoOf('never uploaded') })).toMatchObject({ known: false });
});

it('not a health code: refused as such', async () => {
  const nurse = await site.as('nurse');
  await expect(nurse.scan.lookup.mutate({ code: 'https://example.com' })).rejects.toThrow('不是电子健康码');
});

it('key of u and d: the id; unknown for u, known for i are errors; the same row again is none; d erases nothing', async () => {
  const record = someone();
  expect(await put(record)).toMatchObject({ accepted: 1 });
  expect(await put(record)).toMatchObject({ accepted: 0, unchanged: 1, rejected: 0 });
  expect(codes(await put({ ...record, name: '别名' }))).toEqual(['id CONFLICT']);
  expect(codes(await put(someone({ cd_operation: 'u' })))).toEqual(['id UNKNOWN_ID']);
  expect(codes(await put(someone({ cd_operation: 'd' })))).toEqual(['id UNKNOWN_ID']);
  const renamed = { ...record, cd_operation: 'u', name: '改名', cd_time: '2026-06-02 09:00:00' };
  expect(await put(renamed)).toMatchObject({ accepted: 1 });
  expect(await put(renamed)).toMatchObject({ unchanged: 1 });
  expect((await stored(record))?.name).toBe('改名');
  const withdrawn = { ...record, cd_operation: 'd', name: '另一名', cd_time: '2026-06-03 09:00:00' };
  expect(await put(withdrawn)).toMatchObject({ accepted: 1 });
  expect(await put(withdrawn)).toMatchObject({ unchanged: 1 });
  expect(await stored(record)).toMatchObject({ name: '改名', cdOperation: 'd', cdTime: '2026-06-03 09:00:00' });
  expect(await lookup(record)).toMatchObject({ outcome: 'unauthenticated' });
  expect(await put({ ...renamed, cd_time: '2026-06-04 09:00:00' })).toMatchObject({ accepted: 1 });
  expect(await lookup(record)).toMatchObject({ outcome: 'authenticated' });
});

it('old news: a u or d older than what is stored is stale', async () => {
  const record = someone();
  await put(record);
  for (const cd_operation of ['u', 'd']) {
    expect(codes(await put({ ...record, cd_operation, cd_time: '2026-05-31 23:59:59' }))).toEqual(['cd_time STALE']);
  }
  expect(await lookup(record)).toMatchObject({ outcome: 'authenticated' });
});

it('id: the 36-character form is taken, 32 lower-case hex digits are stored', async () => {
  const guid = someone({ id: '0A1B2C3D-0000-4000-8000-00000000ABCD' });
  expect(await put(guid)).toMatchObject({ accepted: 1 });
  expect((await stored(guid))?.id).toBe('0a1b2c3d00004000800000000000abcd');
});

it('erhc_card_no, empi: 1 to 128 of [0-9A-Za-z_-], stored in upper case', async () => {
  const lower = someone({ erhc_card_no: 'ab-_'.repeat(32), empi: 'x' });
  expect(await put(lower)).toMatchObject({ accepted: 1 });
  expect(await stored(lower)).toMatchObject({ erhcCardNo: 'AB-_'.repeat(32), empi: 'X' });
  expect(codes(await put(someone({ erhc_card_no: 'a:b' })))).toEqual(['erhc_card_no FORMAT']);
});

it('AN lengths: code points; a name past 20 is taken with a warning, past 50 refused', async () => {
  const long = someone({ name: '𬭎'.repeat(50) });
  expect(await put(long)).toMatchObject({ accepted: 1, warnings: 1 });
  expect((await stored(long))?.warnings).toBe('name:long');
  expect(await put(someone({ name: '𬭎'.repeat(20) }))).toMatchObject({ accepted: 1, warnings: 0 });
  expect(codes(await put(someone({ name: '陈'.repeat(51) })))).toEqual(['name TOO_LONG']);
});

it('sex: 1 and 01 are taken, one digit is stored', async () => {
  const padded = someone({ sex: '02' });
  await put(padded);
  expect((await stored(padded))?.sex).toBe('2');
});

it('dates: both forms are taken, the dashed one is stored', async () => {
  const short = someone({ birthday: '19900307', cd_time: '20260601090000' });
  await put(short);
  expect(await stored(short)).toMatchObject({ birthday: '1990-03-07', cdTime: '2026-06-01 09:00:00' });
});

it('birthday, sex and a type 01 idcode that disagree are that record’s error', async () => {
  expect(codes(await put(someone({ birthday: '1990-03-08', sex: '1' }), someone()))).toEqual([
    'birthday MISMATCH',
    'sex MISMATCH',
  ]);
});

it('county_code: 6, 9 or 12 digits of a current division, 9 are stored', async () => {
  const rows = ['440106', '440106001', '440106001002'].map((county_code) => someone({ county_code }));
  await put(...rows);
  expect(await Promise.all(rows.map(async (row) => (await stored(row))?.countyCode))).toEqual([
    '440106000',
    '440106001',
    '440106001',
  ]);
  // 440107 was abolished; it may begin an identity number, though.
  expect(codes(await put(someone({ county_code: '440107001' })))).toEqual(['county_code DICTIONARY']);
  expect(await put(someone({ idcode: numberOf('44010719900307990') }))).toMatchObject({ accepted: 1 });
});

it('nationality: alpha-3 or numeric, alpha-3 is stored; empty with type 01 means CHN', async () => {
  const numeric = someone({ nationality: '156' });
  const empty = someone({ nationality: '' });
  await put(numeric, empty);
  expect((await stored(numeric))?.nationality).toBe('CHN');
  expect((await stored(empty))?.nationality).toBe('CHN');
});

it('nation: required when the nationality is CHN or empty', async () => {
  const foreigner = { id_card_type_code: '03', idcode: 'E12345678', nation: '' };
  expect(codes(await put(someone({ nation: '' })))).toEqual(['nation REQUIRED']);
  expect(codes(await put(someone({ ...foreigner, nationality: '' })))).toEqual(['nation REQUIRED']);
  expect(await put(someone({ ...foreigner, nationality: 'USA' }))).toMatchObject({ accepted: 1 });
});

it('children: under 16 without linkman is a warning', async () => {
  const year = Number(shanghaiDay(new Date()).slice(0, 4)) - 10;
  const child = { birthday: `${year}-01-01`, idcode: numberOf(`440106${year}0101990`) };
  expect(await put(someone({ ...child, linkman: '' }))).toMatchObject({ accepted: 1, warnings: 1 });
  expect(await put(someone(child))).toMatchObject({ accepted: 1, warnings: 0 });
});

it('cd_source: exactly the four digits of the uploading city', async () => {
  expect(codes(await put(someone({ cd_source: '440100' })))).toEqual(['cd_source FORMAT']);
  expect(codes(await put(someone({ cd_source: '4403' })))).toEqual(['cd_batch MISMATCH', 'cd_source WRONG_SOURCE']);
});

it('documents: residence permits and permanent residence cards are numbers too; 03, 06, 07 have their forms', async () => {
  const permits = ['810000', '830000', '911156'].map((prefix) => numberOf(`${prefix}19900307990`));
  expect(await put(...permits.map((idcode) => someone({ idcode })))).toMatchObject({ accepted: 3 });
  const others = [
    ['03', 'E12345678'],
    ['06', 'H12345678'],
    ['06', 'M1234567801'],
    ['07', '12345678'],
    ['07', '1234567890B'],
  ].map(([id_card_type_code, idcode]) => someone({ id_card_type_code, idcode }));
  expect(await put(...others)).toMatchObject({ accepted: 5 });
  for (const [id_card_type_code, idcode] of [
    ['03', 'E-1'],
    ['06', 'X12345678'],
    ['07', 'A1234567'],
  ]) {
    expect(codes(await put(someone({ id_card_type_code, idcode })))).toEqual(['idcode FORMAT']);
  }
});

/** The way of a filing through its doors: a city applies, the province decides; files are what they say. */
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fictionalRecord, upload } from '../exchange/test-exchange.ts';
import { createStaff } from '../staff/create-staff.ts';
import { client, codeOf, sessionCookie, startTestConsole, type TestConsole } from '../test-console.ts';
import { FILING_MOVES, FILING_STATES, type FileKind, type FilingMove, type FilingState } from './schema.ts';
import { FORM, OPINION, PDF, PICTURE, filingIn as reach, sendFile } from './test-filings.ts';

type Client = ReturnType<typeof client>;
let site: TestConsole;
let city: Client;
let otherCity: Client;
let province: Client;
let otherCookie: string;
beforeAll(async () => {
  site = await startTestConsole();
  const system = { kind: 'system' as const, program: 'test', requestId: 'test' };
  const other = { username: 'city2', name: '深圳平台', role: 'city' as const, cityCode: '4403' };
  const { password } = await createStaff(site.db, system, other, 'demo-city2');
  otherCookie = sessionCookie(await site.signIn('city2', password));
  [city, province, otherCity] = [await site.as('city'), await site.as('province'), client(site.url, otherCookie)];
});
afterAll(() => site.close());

const send = (id: number, kind: FileKind, bytes: Buffer, options?: { name?: string; cookie?: string }) =>
  sendFile(site, id, kind, bytes, options);
const fetchFile = (id: number, fileId: string, cookie: string) =>
  fetch(`${site.url}/api/filings/${id}/files/${fileId}`, { headers: { cookie } });

const filingIn = (state: FilingState) => reach(site, state);
const as = (move: FilingMove) => (FILING_MOVES[move].by === 'city' ? city : province);

it('a city applies, is returned, corrects, is approved; its records are accepted, until the filing is revoked', async () => {
  const { id } = await city.filings.create.mutate({ ...FORM, developer: '' });
  const move = (move: FilingMove) => as(move).filings.move.mutate({ id, move, opinion: OPINION });
  await expect(move('submit')).rejects.toMatchObject({
    data: { error: { code: 'FILING_INCOMPLETE', field: 'developer' } },
  });
  await city.filings.save.mutate({ id, ...FORM });
  await expect(move('submit')).rejects.toMatchObject({
    data: { error: { code: 'FILING_INCOMPLETE', field: 'screens' } },
  });
  const { fileId } = await send(id, 'screen', PICTURE);
  expect(await codeOf(province.filings.open.mutate({ id }))).toBe('FILING_NOT_FOUND');
  await move('submit');
  expect(await codeOf(city.filings.save.mutate({ id, ...FORM }))).toBe('FILING_LOCKED');
  await expect(move('hand_in')).rejects.toMatchObject({
    data: { error: { code: 'FILING_INCOMPLETE', field: 'stamped' } },
  });
  await send(id, 'stamped', PDF);
  await move('hand_in');
  await expect(province.filings.move.mutate({ id, move: 'return' })).rejects.toMatchObject({
    data: { error: { code: 'BAD_INPUT', field: 'opinion' } },
  });
  await move('return');
  await city.filings.save.mutate({ id, ...FORM, appName: '示例新应用(改)' });
  // What the city is still writing is not the province's to see.
  expect((await province.filings.open.mutate({ id })).form.appName).toBe('示例新应用');
  await move('submit');
  expect((await city.filings.open.mutate({ id })).opinion).toBeNull();
  await send(id, 'stamped', PICTURE);
  await move('hand_in');
  await move('approve');

  const opened = await province.filings.open.mutate({ id });
  expect(opened).toMatchObject({
    state: 'approved',
    version: 2,
    opinion: OPINION,
    form: { appName: '示例新应用(改)', authenticationMethod: '2^3' },
    screens: [fileId],
    may: { edit: false, moves: ['revoke'] },
  });
  expect(opened.versions.map(({ version, appName }) => [version, appName])).toEqual([
    [1, '示例新应用'],
    [2, '示例新应用(改)'],
  ]);
  expect(opened.moves.map(({ label }) => label)).toEqual(
    ['submit', 'hand_in', 'return', 'submit', 'hand_in', 'approve'].map(
      (name) => FILING_MOVES[name as FilingMove].label,
    ),
  );
  const year = new Date().toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' }).slice(0, 4);
  const { appRecordNo, appRecordNoRecognize } = opened;
  expect([appRecordNoRecognize, appRecordNo]).toEqual([`APP4401${year}0001`, `NET4401${year}0001`]);

  const through = { app_record_no: appRecordNo ?? '', app_record_no_recognize: appRecordNoRecognize ?? '' };
  const put = async (cdBatch: string, n: number) =>
    (await upload(site, { cdBatch, records: [{ ...fictionalRecord(n), ...through }] })).json();
  expect(await put('4401261123090000001', 1)).toMatchObject({ accepted: 1 });
  const nurse = await site.as('nurse');
  const code = { code: `${fictionalRecord(1).erhc_card_no}:1` };
  expect((await nurse.scan.lookup.mutate(code)).outcome).toBe('authenticated');
  await move('revoke');
  expect((await nurse.scan.lookup.mutate(code)).outcome).toBe('unauthenticated');
  const refused = await put('4401261123090000002', 2);
  expect(refused.errors.map((error: { code: string }) => error.code)).toEqual(['FILING_REVOKED', 'FILING_REVOKED']);
});

it('each approval gives numbers of its own', async () => {
  const opened = [];
  for (let n = 0; n < 3; n += 1) opened.push(await city.filings.open.mutate({ id: await filingIn('approved') }));
  const numbers = opened.flatMap(({ appRecordNo, appRecordNoRecognize }) => [appRecordNo, appRecordNoRecognize]);
  expect(new Set(numbers).size).toBe(6);
  for (const number of numbers) expect(number).toMatch(/^(APP|NET)4401\d{8}$/);
});

describe('moves', () => {
  it.each(Object.keys(FILING_STATES) as FilingState[])(
    'from %s: those of the table, by their role, and no other',
    async (state) => {
      for (const move of Object.keys(FILING_MOVES) as FilingMove[]) {
        const id = await filingIn(state);
        if (move === 'hand_in') await send(id, 'stamped', PDF);
        const wrongRole = FILING_MOVES[move].by === 'city' ? province : city;
        expect(await codeOf(wrongRole.filings.move.mutate({ id, move, opinion: OPINION }))).toBe('FORBIDDEN');
        const allowed = (FILING_MOVES[move].from as readonly string[]).includes(state);
        const code = await codeOf(as(move).filings.move.mutate({ id, move, opinion: OPINION }));
        // The province has not seen what was never submitted.
        const refusal =
          state === 'draft' && FILING_MOVES[move].by === 'province' ? 'FILING_NOT_FOUND' : 'MOVE_NOT_ALLOWED';
        expect([move, code]).toEqual([move, allowed ? 'ok' : refusal]);
      }
    },
  );
});

describe('another city', () => {
  let id: number;
  beforeEach(async () => {
    id = await filingIn('submitted');
  });

  it('finds nothing of it', async () => {
    const listed = await otherCity.filings.browse.query({});
    expect(listed.items.map((item) => item.cityName)).not.toContain('广州市');
    expect(await codeOf(otherCity.filings.browse.query({ cityCode: '4401' }))).toBe('FORBIDDEN');
    expect(await codeOf(otherCity.filings.discard.mutate({ id: await filingIn('draft') }))).toBe('FILING_NOT_FOUND');
    expect(await codeOf(otherCity.filings.open.mutate({ id }))).toBe('FILING_NOT_FOUND');
    expect(await codeOf(otherCity.filings.save.mutate({ id, ...FORM }))).toBe('FILING_NOT_FOUND');
    expect(await codeOf(otherCity.filings.move.mutate({ id, move: 'recall' }))).toBe('FILING_NOT_FOUND');
    expect((await send(id, 'stamped', PDF, { cookie: otherCookie })).code).toBe('FILING_NOT_FOUND');
    const { fileId } = await send(id, 'stamped', PDF);
    expect((await fetchFile(id, fileId, otherCookie)).status).toBe(404);
    expect(await codeOf(otherCity.filings.removeFile.mutate({ id, fileId }))).toBe('FILING_NOT_FOUND');
  });
});

describe('files', () => {
  let id: number;
  beforeEach(async () => {
    id = await filingIn('draft');
  });

  it('of another kind than they are called are refused beside their field', async () => {
    const cases: [FileKind, Buffer, number, string][] = [
      ['screen', PDF, 415, 'UNSUPPORTED_TYPE'],
      ['screen', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), 415, 'UNSUPPORTED_TYPE'],
      ['screen', Buffer.from('GIF89a'), 415, 'UNSUPPORTED_TYPE'],
      ['screen', Buffer.alloc(0), 415, 'UNSUPPORTED_TYPE'],
      ['screen', PICTURE.subarray(0, 50), 400, 'MALFORMED'],
      ['screen', Buffer.alloc(5 * 1024 * 1024 + 1), 413, 'TOO_LARGE'],
      ['screen', Buffer.alloc(50 * 1024 * 1024), 413, 'TOO_LARGE'],
    ];
    for (const [kind, bytes, status, code] of cases) {
      const answer = await send(id, kind, bytes);
      expect([bytes.length, answer.status, answer.code]).toEqual([bytes.length, status, code]);
    }
    expect((await city.filings.open.mutate({ id })).form.appName).toBe(FORM.appName);
  });

  it('that unfold to too many pixels are refused', async () => {
    const bomb = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: 'white' } })
      .png()
      .toBuffer();
    expect((await send(id, 'screen', bomb)).code).toBe('MALFORMED');
  });

  it('lose what a camera wrote into them, and are served as what they are', async () => {
    const photo = await sharp({ create: { width: 40, height: 20, channels: 3, background: 'red' } })
      .withExif({ IFD0: { Artist: 'SECRET-ARTIST' } })
      .jpeg()
      .toBuffer();
    expect(photo.includes('SECRET-ARTIST')).toBe(true);
    const { fileId } = await send(id, 'screen', photo, { name: '../<b>照片.html' });
    const response = await fetchFile(id, fileId, await site.cookieOf('city'));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-disposition': `inline; filename="${fileId}.jpg"`,
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    const served = Buffer.from(await response.arrayBuffer());
    expect(served.includes('SECRET-ARTIST')).toBe(false);
    expect(await sharp(served).metadata()).toMatchObject({ width: 40, height: 20, format: 'jpeg' });
  });

  it('are for the own city, and for the province once they were submitted', async () => {
    const { fileId } = await send(id, 'screen', PICTURE);
    const seenBy = async () => {
      const who = ['city', 'province', 'nurse', 'auditor'] as const;
      const answers = await Promise.all(who.map(async (name) => fetchFile(id, fileId, await site.cookieOf(name))));
      return answers.map(({ status }) => status);
    };
    expect((await fetchFile(id, fileId, '')).status).toBe(401);
    expect(await seenBy()).toEqual([200, 404, 403, 403]);
    await city.filings.move.mutate({ id, move: 'submit' });
    expect(await seenBy()).toEqual([200, 200, 403, 403]);
  });

  it('are at most nine; one that a version shows stays for it when it is removed', async () => {
    const { fileId } = await send(id, 'screen', PICTURE);
    for (let n = 0; n < 7; n += 1) expect((await send(id, 'screen', PICTURE)).status).toBe(200);
    expect((await send(id, 'screen', PICTURE)).code).toBe('TOO_MANY_FILES');
    await city.filings.move.mutate({ id, move: 'submit' });
    await city.filings.move.mutate({ id, move: 'recall' });
    await city.filings.removeFile.mutate({ id, fileId });
    const opened = await city.filings.open.mutate({ id });
    expect(opened.screens).toHaveLength(8);
    expect(opened.versions[0]?.screens).toContain(fileId);
    expect((await fetchFile(id, fileId, await site.cookieOf('province'))).status).toBe(200);
  });

  it('of a stamped form come after it was submitted, and are void once it changes', async () => {
    expect((await send(id, 'stamped', PDF)).code).toBe('FILING_LOCKED');
    await city.filings.move.mutate({ id, move: 'submit' });
    expect((await send(id, 'screen', PICTURE)).code).toBe('FILING_LOCKED');
    const { fileId } = await send(id, 'stamped', PDF);
    const response = await fetchFile(id, fileId, await site.cookieOf('city'));
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${fileId}.pdf"`);
    await city.filings.move.mutate({ id, move: 'recall' });
    expect((await city.filings.open.mutate({ id })).stamped).toEqual([]);
  });
});

it('fields that are too long are named, and nothing of the draft is lost', async () => {
  const id = await filingIn('draft');
  await expect(city.filings.save.mutate({ id, ...FORM, builder: '长'.repeat(201) })).rejects.toMatchObject({
    data: { error: { code: 'BAD_INPUT', field: 'builder', message: '建设单位不超过 200 个字' } },
  });
  expect((await city.filings.open.mutate({ id })).form.builder).toBe(FORM.builder);
});

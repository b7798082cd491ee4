/** From the phone to the tablet: what a resident does is uploaded, settled, shown to the city and read by a nurse. */
import { and, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tables } from '../../db/index.ts';
import { upload } from '../exchange/test-exchange.ts';
import { codeOf, startTestConsole, type TestConsole } from '../test-console.ts';
import { shanghaiDay } from '../time.ts';
import { authenticated, citizen, indexed, makePhone, type TestPhone, typed } from './test-city.ts';

const { cityOutbox, cityRegister, cityResidents, filings } = tables;
let site: TestConsole;
let phone: TestPhone;
beforeEach(async () => {
  site = await startTestConsole({ city: { uploadSeconds: 0.1 } });
  phone = makePhone(site);
});
afterEach(() => site.close());

const outboxOf = async () => (await site.as('city')).city.outbox.query({});
/** Waits until every row has its end. */
const settled = () =>
  vi.waitFor(
    async () => {
      const { counts } = await outboxOf();
      expect(counts).toMatchObject({ waiting: 0, sent: 0 });
      return counts;
    },
    { timeout: 30_000, interval: 50 },
  );
const lookup = async (code: string) => (await site.as('nurse')).scan.lookup.mutate({ code });
const setFiling = (state: 'approved' | 'revoked') =>
  site.db.write((tx) => tx.update(filings).set({ state }).where(eq(filings.appRecordNoRecognize, 'GZ-APP-0001')));
const today = () => ({ from: shanghaiDay(new Date()), to: shanghaiDay(new Date()) });

it('shows a code that a nurse reads a moment later, until consent is withdrawn', async () => {
  const memberId = await authenticated(phone, typed('王新民'));
  const { text, now, expiresAt } = await phone.code.mutate({ memberId });
  expect(text).toMatch(/^[0-9A-F]{64}:0:[0-9A-F]{32}:GZHEALTH$/);
  const lasts = Date.parse(expiresAt) - Date.parse(now);
  // The end is said in whole seconds.
  expect(lasts).toBeGreaterThan(59_000);
  expect(lasts).toBeLessThanOrEqual(60_000);
  expect(await lookup(text)).toEqual({ outcome: 'unauthenticated', known: false });
  site.city.startUploads(site.url);
  await settled();
  expect(await lookup(text)).toMatchObject({
    ...{
      outcome: 'authenticated',
      resident: { name: '王新民', phone: '138****2001', authenticationMethods: '三要素认证' },
    },
  });
  const print = await phone.staticCode.mutate({ memberId });
  expect(await lookup(print.text)).toMatchObject({ outcome: 'authenticated' });
  await phone.withdraw.mutate({ memberId });
  await settled();
  expect(await lookup(text)).toEqual({ outcome: 'unauthenticated', known: true });
  expect(await codeOf(phone.code.mutate({ memberId }))).toBe('MEMBER_NOT_FOUND');
});

it('shows a code that ends: its picture is refused afterwards', async () => {
  await site.close();
  site = await startTestConsole({ city: { codeSeconds: -6 } });
  phone = makePhone(site);
  const memberId = await authenticated(phone, typed('王新民'));
  const { text } = await phone.code.mutate({ memberId });
  expect(await codeOf(lookup(text))).toBe('CODE_EXPIRED');
});

it('keeps no personal data of what was accepted, and reconciles to the row', async () => {
  const memberId = await authenticated(phone, typed('王新民'));
  site.city.startUploads(site.url);
  await settled();
  await authenticated(phone, typed('王新民', { methods: ['1', '2'] }));
  await authenticated(phone, typed('王小禾', { methods: ['1'], relation: 'child' }));
  await settled();
  await phone.withdraw.mutate({ memberId });
  expect(await settled()).toEqual({ waiting: 0, sent: 0, accepted: 5, refused: 0 });
  const rows = await site.db.read.select().from(cityOutbox).orderBy(cityOutbox.id);
  expect(rows.map(({ record }) => record)).toEqual([null, null, null, null, null]);
  const city = await site.as('city');
  expect(await city.city.reconcile.query(today())).toEqual([{ day: today().from, own: 2, held: 2, equal: true }]);
  // A row of ours that the province lost, or has otherwise.
  await site.db.write((tx) =>
    tx
      .update(cityOutbox)
      .set({ cdTime: rows[0]?.cdTime ?? '', operation: 'u' })
      .where(eq(cityOutbox.id, 4)),
  );
  expect(await city.city.reconcile.query(today())).toMatchObject([{ own: 2, held: 2, equal: false }]);
});

describe('a refused record', () => {
  it('is shown to the city with the reason, and said again when that is mended', async () => {
    await setFiling('revoked');
    await authenticated(phone, typed('王新民'));
    site.city.startUploads(site.url);
    expect(await settled()).toMatchObject({ accepted: 0, refused: 1 });
    const { refused, upload: state } = await outboxOf();
    expect(refused).toEqual({
      items: [
        {
          ...{ id: 1, recordId: expect.any(String), operation: 'i', cdTime: expect.any(String), name: '王*民' },
          ...{ cdBatch: expect.stringMatching(/^4401\d{15}$/), settledAt: expect.any(String) },
          errors: [
            expect.objectContaining({ field: 'app_record_no', code: 'FILING_REVOKED' }),
            expect.objectContaining({ field: 'app_record_no_recognize', code: 'FILING_REVOKED' }),
          ],
        },
      ],
      nextCursor: null,
    });
    expect(state).toMatchObject({ lastSuccessAt: expect.any(String), lastError: null });
    await setFiling('approved');
    const city = await site.as('city');
    expect(await city.city.retry.mutate({ id: 1 })).toEqual({ operation: 'i' });
    expect(await codeOf(city.city.retry.mutate({ id: 1 }))).toBe('OUTBOX_ROW_NOT_FOUND');
    expect(await settled()).toMatchObject({ accepted: 1, refused: 0 });
    expect((await site.db.read.select().from(cityOutbox).orderBy(cityOutbox.id)).map((row) => row.state)).toEqual([
      'retried',
      'accepted',
    ]);
  });

  it('of a resident who withdraws is forgotten: the province never had it', async () => {
    await setFiling('revoked');
    const memberId = await authenticated(phone, typed('王新民'));
    site.city.startUploads(site.url);
    await settled();
    await phone.withdraw.mutate({ memberId });
    expect(await settled()).toMatchObject({ accepted: 0, refused: 0 });
    expect(await site.db.read.select().from(cityOutbox).orderBy(cityOutbox.id)).toMatchObject([
      { state: 'unsaid', record: null },
    ]);
  });

  it('that was an update is said again as one', async () => {
    await authenticated(phone, typed('王新民'));
    site.city.startUploads(site.url);
    await settled();
    await setFiling('revoked');
    await authenticated(phone, typed('王新民', { methods: ['1', '2'] }));
    expect(await settled()).toMatchObject({ accepted: 1, refused: 1 });
    await setFiling('approved');
    expect(await (await site.as('city')).city.retry.mutate({ id: 2 })).toEqual({ operation: 'u' });
    expect(await settled()).toMatchObject({ accepted: 2, refused: 0 });
  });
});

describe('all refused records', () => {
  it('are said again at once, of each record one row, and of whoever withdrew none', async () => {
    const [adult, elder] = [phone, makePhone(site)];
    await authenticated(adult, typed('王新民', { methods: ['1'] }));
    site.city.startUploads(site.url);
    await settled();
    await setFiling('revoked');
    await authenticated(adult, typed('王新民'));
    const gone = await authenticated(elder, typed('李秀兰'));
    await settled();
    await authenticated(adult, typed('王新民', { methods: ['1', '2'] }));
    await settled();
    // Refused, and of a resident who is no longer here.
    await site.db.write((tx) => tx.delete(cityResidents).where(eq(cityResidents.id, gone)));
    expect((await outboxOf()).counts).toMatchObject({ accepted: 1, refused: 3 });
    await setFiling('approved');
    const { city } = await site.as('city');
    expect(await city.retryAll.mutate()).toEqual({ said: 1, dropped: 2 });
    expect(await settled()).toMatchObject({ accepted: 2, refused: 0 });
    const rows = await site.db.read.select().from(cityOutbox).orderBy(cityOutbox.id);
    expect(rows.map(({ operation, state }) => [operation, state])).toEqual([
      ['i', 'accepted'],
      ['u', 'retried'],
      ['i', 'retried'],
      ['u', 'retried'],
      ['u', 'accepted'],
    ]);
    expect(rows.map(({ record }) => record)).toEqual(Array(5).fill(null));
    expect(await city.retryAll.mutate()).toEqual({ said: 0, dropped: 0 });
  });

  it('are hundreds, in the order in which they happened', async () => {
    await authenticated(phone, typed('王新民'));
    const [resident] = await site.db.read.select().from(cityResidents);
    const recordIds = Array.from({ length: 250 }, (_, n) => String(n).padStart(32, '0'));
    await site.db.write(async (tx) => {
      await tx.delete(cityOutbox);
      for (const [n, recordId] of recordIds.entries()) {
        const { id: _, ...like } = resident as typeof cityResidents.$inferSelect;
        await tx.insert(cityResidents).values(indexed({ ...like, recordId, idcode: `P${n}` }));
        const row = { recordId, operation: 'i' as const, cdTime: '2026-06-01 09:00:00', createdAt: '' };
        await tx.insert(cityOutbox).values({ ...row, state: 'refused' });
      }
    });
    expect(await (await site.as('city')).city.retryAll.mutate()).toEqual({ said: 250, dropped: 0 });
    const waiting = await site.db.read.select().from(cityOutbox).where(eq(cityOutbox.state, 'waiting'));
    expect(waiting.map(({ recordId }) => recordId)).toEqual(recordIds);
  });
});

it('counts what was accepted today, and nothing of other days', async () => {
  const days = ['2026-06-01', shanghaiDay(new Date()), shanghaiDay(new Date())];
  await site.db.write(async (tx) => {
    for (const [n, day] of days.entries()) {
      const row = { recordId: String(n), operation: 'i' as const, cdTime: `${day} 00:00:00`, createdAt: '' };
      await tx.insert(cityOutbox).values({ ...row, state: 'accepted' });
    }
  });
  expect((await outboxOf()).counts).toEqual({ waiting: 0, sent: 0, refused: 0, accepted: 2 });
});

it('sends thousands, of a batch with more errors than a receipt holds, too', async () => {
  const people = Array.from({ length: 2600 }, (_, n) => citizen(n));
  await site.db.write((tx) => tx.insert(cityRegister).values(people.slice(0, 1).map(indexed)));
  await authenticated(phone, { ...typed('王新民'), ...people[0] });
  // The same row for many others; every second one through an app that is not filed, which breaks two rules.
  const [first] = await site.db.read.select().from(cityOutbox).orderBy(cityOutbox.id);
  await site.db.write(async (tx) => {
    for (const [n, person] of people.entries()) {
      const id = String(n).padStart(32, '0');
      const app: Record<string, string> = n % 2 ? { app_record_no: 'NONE', app_record_no_recognize: 'NONE' } : {};
      const birthday = person.idcode.slice(6, 14);
      const record = { ...first?.record, id, idcode: person.idcode, name: person.name, birthday, sex: '2', ...app };
      const { sex, idcode, name } = record;
      await tx
        .insert(cityResidents)
        .values({
          ...{ name, ...indexed({ idcode }), sex, birthday, recordId: id, idCardTypeCode: '01' },
          ...{ phone: person.phone, methods: '2' },
          ...{ erhcCardNo: '', empi: '', authenticatedAt: '' },
        })
        .onConflictDoNothing();
      await tx.insert(cityOutbox).values({
        ...{ recordId: id, operation: 'i' as const, cdTime: first?.cdTime ?? '', record },
        ...{ state: 'waiting' as const, createdAt: '' },
      });
    }
  });
  site.city.startUploads(site.url);
  expect(await settled()).toMatchObject({ accepted: 1301, refused: 1300 });
  const odd = await site.db.read
    .select()
    .from(cityOutbox)
    .where(and(eq(cityOutbox.state, 'refused'), eq(cityOutbox.recordId, String(2599).padStart(32, '0'))));
  expect(odd[0]?.errors).toHaveLength(2);
  const { refused } = await outboxOf();
  expect(refused.items).toHaveLength(20);
  const next = await (await site.as('city')).city.outbox.query({ cursor: refused.nextCursor ?? 0 });
  expect(next.refused.items[0]?.id).toBeLessThan(refused.nextCursor ?? 0);
});

it('takes another number where another upload of the city has taken it', async () => {
  await authenticated(phone, typed('王新民'));
  // A batch that was sent under a number that is another's.
  const cdBatch = '4401261125100000001';
  await upload(site, { cdBatch, records: [] });
  await upload(site, { cdBatch, records: [{ id: 'x' }] });
  await site.db.write((tx) => tx.update(cityOutbox).set({ state: 'sent', cdBatch }));
  site.city.startUploads(site.url);
  expect(await settled()).toMatchObject({ accepted: 1, refused: 0 });
  expect((await site.db.read.select().from(cityOutbox).orderBy(cityOutbox.id))[0]?.cdBatch).not.toBe(cdBatch);
});

it('tells the city why nothing goes through, and goes on by itself', async () => {
  await site.close();
  site = await startTestConsole({ city: { uploadSeconds: 0.1, exchange: { appId: 'demo-4401', secret: 'wrong' } } });
  await authenticated(makePhone(site), typed('王新民'));
  site.city.startUploads(site.url);
  await vi.waitFor(async () => {
    const { upload: state, counts } = await outboxOf();
    expect(state.lastError).toMatchObject({ code: 'SIGNATURE_INVALID', message: expect.stringContaining('签名不符') });
    expect(state.nextTryAt).not.toBeNull();
    expect(counts).toMatchObject({ sent: 1 });
  }, 20_000);
  const city = await site.as('city');
  expect(await codeOf(city.city.reconcile.query(today()))).toBe('PROVINCE_UNAVAILABLE');
  if (site.city.province) site.city.province.secret = 'demo-secret-4401';
  expect(await settled()).toMatchObject({ accepted: 1 });
});

it('is not another city’s', async () => {
  await site.close();
  site = await startTestConsole({ city: { cityCode: '4403' } });
  expect(await codeOf(outboxOf())).toBe('FORBIDDEN');
});

it('is not there where the platform is off', async () => {
  await site.close();
  site = await startTestConsole({ city: null });
  expect(await codeOf(makePhone(site).state.query())).toBe('CITY_PLATFORM_OFF');
  expect(await codeOf(makePhone(site).authenticate.mutate(typed('王新民')))).toBe('CITY_PLATFORM_OFF');
  expect(await codeOf(outboxOf())).toBe('CITY_PLATFORM_OFF');
});

import { and, eq, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { cardNoOf } from '../../db/demo/fixed-residents.ts';
import { tables } from '../../db/index.ts';
import { codeOf, qrOf, startTestConsole, type TestConsole } from '../test-console.ts';
import { addResidents } from '../test-residents.ts';
import { shanghaiDay } from '../time.ts';

const { records, vouchers, voucherSerials, auditEvents } = tables;

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());
beforeEach(async () => {
  vi.useRealTimers();
  await site.db.write(async (tx) => {
    await tx.delete(vouchers);
    await tx.delete(voucherSerials);
  });
});

const authenticated = { code: qrOf('demo:authenticated') };
const issue = async (key: string) => (await site.as('nurse')).vouchers.issue.mutate({ code: qrOf(key) });

describe('vouchers.issue', () => {
  it('numbers a voucher: site, date of Shanghai, serial', async () => {
    const voucher = await issue('demo:authenticated');
    expect(voucher.voucherNo).toBe(`4401060001${shanghaiDay(new Date()).replaceAll('-', '')}0001`);
    expect(voucher).toMatchObject({
      name: '陈示例',
      sex: '女',
      idCardType: '居民身份证',
      siteName: '天河示例社区卫生服务中心',
      issuedByName: '苏护士',
      paper: 'A5',
      printCount: 1,
    });
    expect(voucher.idcode).toMatch(/^440\*{11}\w{4}$/);
  });

  it("returns today's voucher of the resident as a reprint", async () => {
    const first = await issue('demo:authenticated');
    const second = await issue('demo:authenticated');
    expect(second).toEqual({ ...first, printCount: 2 });
  });

  it.each(['demo:unauthenticated', 'demo:withdrawn', 'demo:unknown'])(
    'refuses %s, and says so in the audit trail',
    async (key) => {
      const nurse = await site.as('nurse');
      expect(await codeOf(nurse.vouchers.issue.mutate({ code: qrOf(key) }))).toBe('RESIDENT_NOT_AUTHENTICATED');
      const rows = await site.db.read
        .select()
        .from(auditEvents)
        .where(and(eq(auditEvents.subject, cardNoOf(key)), eq(auditEvents.action, 'voucher.issue')));
      expect(rows.map((row) => row.outcome)).toEqual(['RESIDENT_NOT_AUTHENTICATED']);
      expect(await site.db.read.$count(vouchers)).toBe(0);
    },
  );

  it('fifty at once for one resident give one voucher', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => issue('demo:authenticated')));
    expect(new Set(answers.map((answer) => answer.voucherNo)).size).toBe(1);
    expect(answers.map((answer) => answer.printCount).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, n) => n + 1),
    );
    expect(await site.db.read.$count(vouchers)).toBe(1);
  });

  it('two hundred at once for two hundred residents give serials 1 to 200', async () => {
    const keys = Array.from({ length: 200 }, (_, n) => `queue:${n}`);
    await addResidents(site.db, keys);
    const answers = await Promise.all(keys.map(issue));
    const serials = answers.map((answer) => Number(answer.voucherNo.slice(-4))).sort((a, b) => a - b);
    expect(serials).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
  });

  it('begins a new serial on a new day of Shanghai', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-23T15:59:59Z') });
    expect((await issue('demo:authenticated')).voucherNo).toBe('4401060001202611230001');
    vi.setSystemTime(new Date('2026-11-23T16:00:01Z'));
    expect((await issue('demo:authenticated')).voucherNo).toBe('4401060001202611240001');
  });

  it('says when the 9999 numbers of a day are used up, and writes nothing', async () => {
    const day = shanghaiDay(new Date());
    await site.db.write((tx) => tx.insert(voucherSerials).values({ siteCode: '4401060001', day, lastSerial: 9999 }));
    const nurse = await site.as('nurse');
    expect(await codeOf(nurse.vouchers.issue.mutate(authenticated))).toBe('SERIALS_EXHAUSTED');
    const [row] = await site.db.read.select().from(voucherSerials);
    expect(row?.lastSerial).toBe(9999);
  });
});

describe('a voucher of another site', () => {
  it('can be neither opened nor reprinted nor voided', async () => {
    const { voucherNo } = await issue('demo:authenticated');
    const stranger = await site.as('nurse2');
    expect(await codeOf(stranger.vouchers.open.mutate({ voucherNo }))).toBe('VOUCHER_NOT_FOUND');
    expect(await codeOf(stranger.vouchers.reprint.mutate({ voucherNo }))).toBe('VOUCHER_NOT_FOUND');
    const theirs = await stranger.vouchers.issue.mutate(authenticated);
    const admin = await site.as('site_admin');
    const reason = '打印有误';
    expect(await codeOf(admin.vouchers.void.mutate({ voucherNo: theirs.voucherNo, reason }))).toBe('VOUCHER_NOT_FOUND');
    expect((await admin.vouchers.browse.mutate({})).items.map((item) => item.voucherNo)).toEqual([voucherNo]);
  });
});

describe('vouchers.void', () => {
  it('frees the resident for a new voucher; the old number stays used and cannot be printed', async () => {
    const { voucherNo } = await issue('demo:authenticated');
    const admin = await site.as('site_admin');
    await admin.vouchers.void.mutate({ voucherNo, reason: '姓名打印不清' });
    expect(await codeOf(admin.vouchers.void.mutate({ voucherNo, reason: '再次作废' }))).toBe('VOUCHER_VOIDED');
    expect(await codeOf(admin.vouchers.reprint.mutate({ voucherNo }))).toBe('VOUCHER_VOIDED');
    expect(await admin.vouchers.open.mutate({ voucherNo })).toEqual({
      printable: false,
      voucherNo,
      code: 'VOUCHER_VOIDED',
      reason: '该凭证已作废,不能打印',
    });
    expect((await issue('demo:authenticated')).voucherNo).toBe(voucherNo.replace(/1$/, '2'));
    const { items } = await admin.vouchers.browse.mutate({});
    expect(items.map((item) => item.voidReason)).toEqual([null, '姓名打印不清']);
  });
});

describe('a voucher that was good when it was issued', () => {
  const withdraw = (cdOperation: 'i' | 'd') =>
    site.db.write((tx) =>
      tx
        .update(records)
        .set({ cdOperation })
        .where(eq(records.erhcCardNo, cardNoOf('demo:authenticated'))),
    );

  it('is not printed again once the resident is no longer authenticated (M2)', async () => {
    const { voucherNo } = await issue('demo:authenticated');
    await withdraw('d');
    const nurse = await site.as('nurse');
    expect(await codeOf(nurse.vouchers.reprint.mutate({ voucherNo }))).toBe('RESIDENT_NOT_AUTHENTICATED');
    const opened = await nurse.vouchers.open.mutate({ voucherNo });
    expect(opened).toEqual({
      printable: false,
      voucherNo,
      code: 'RESIDENT_NOT_AUTHENTICATED',
      reason: '该用户未进行实名认证',
    });
    await withdraw('i');
  });

  it('is not printed again on another day', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-20T04:00:00Z') });
    const { voucherNo } = await issue('demo:authenticated');
    vi.setSystemTime(new Date('2026-11-21T04:00:00Z'));
    const nurse = await site.as('nurse');
    expect(await codeOf(nurse.vouchers.reprint.mutate({ voucherNo }))).toBe('VOUCHER_EXPIRED');
  });

  it('writes one audit row a print', async () => {
    const prints = async () =>
      site.db.read.$count(auditEvents, inArray(auditEvents.action, ['voucher.issue', 'voucher.reprint']));
    const before = await prints();
    const { voucherNo } = await issue('demo:authenticated');
    await (await site.as('nurse')).vouchers.reprint.mutate({ voucherNo });
    expect(await prints()).toBe(before + 2);
  });
});

describe('vouchers.browse', () => {
  it('pages by serial, newest first, names masked', async () => {
    await issue('demo:authenticated');
    const { voucherNo: cursor } = await issue('demo:rare-name');
    const admin = await site.as('site_admin');
    const { items, nextCursor } = await admin.vouchers.browse.mutate({});
    expect(items.map((item) => item.name)).toEqual(['刘*𬭎', '陈*例']);
    expect(nextCursor).toBeNull();
    expect((await admin.vouchers.browse.mutate({ cursor })).items).toHaveLength(1);
    expect((await admin.vouchers.browse.mutate({ day: '2020-01-01' })).items).toEqual([]);
  });

  it('shows the good ones or the voided ones alone', async () => {
    const { voucherNo } = await issue('demo:authenticated');
    await issue('demo:rare-name');
    const admin = await site.as('site_admin');
    await admin.vouchers.void.mutate({ voucherNo, reason: '打印有误' });
    const namesOf = async (state: 'live' | 'voided') =>
      (await admin.vouchers.browse.mutate({ state })).items.map((item) => item.name);
    expect([await namesOf('live'), await namesOf('voided')]).toEqual([['刘*𬭎'], ['陈*例']]);
  });
});

describe('vouchers.report', () => {
  it('counts a day by hour and by person, and tells each void; it names no resident', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-20T01:30:00Z') });
    const nurse = await site.as('nurse');
    const first = await issue('demo:authenticated');
    await nurse.vouchers.reprint.mutate(first);
    vi.setSystemTime(new Date('2026-11-20T02:10:00Z'));
    const second = await issue('demo:rare-name');
    const admin = await site.as('site_admin');
    await admin.vouchers.void.mutate({ voucherNo: second.voucherNo, reason: '打印有误' });
    vi.setSystemTime(new Date('2026-11-21T02:00:00Z'));
    const report = await admin.vouchers.report.mutate({ day: '2026-11-20' });
    expect(report).toMatchObject({
      siteName: '天河示例社区卫生服务中心',
      day: '2026-11-20',
      madeAt: '2026-11-21 10:00:00',
      first: first.voucherNo,
      last: second.voucherNo,
      total: { issued: 2, voided: 1, reprints: 1 },
      byHour: [
        { key: '09', issued: 1, voided: 0, reprints: 1 },
        { key: '10', issued: 1, voided: 1, reprints: 0 },
      ],
      byPerson: [{ name: '苏护士', issued: 2, voided: 1, reprints: 1 }],
      voids: [{ voucherNo: second.voucherNo, at: '2026-11-20 10:10:00', byName: '梁主任', reason: '打印有误' }],
    });
    expect(JSON.stringify(report)).not.toMatch(/陈示例|刘䶮𬭎/);
    expect((await admin.vouchers.report.mutate({ day: '2020-01-01' })).total.issued).toBe(0);
  });
});

/** The voucher list by filter: against a reference computed here from all rows, page by page, in both orders. */
import { and, desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoRecords } from '../../db/demo/records.ts';
import { tables } from '../../db/index.ts';
import { codeOf, startTestConsole, type TestConsole } from '../test-console.ts';
import { type BrowseVouchersInput, VOUCHERS_PER_PAGE } from './schema.ts';

const { vouchers, auditEvents, staff } = tables;

const SITES = ['4401060001', '4403050001'] as const;
const DAYS = ['2026-11-20', '2026-11-21'];
const A_DAY_AND_SITE = 130;

const [resident] = demoRecords();
if (!resident) throw new Error('the demo has no residents');

type Row = typeof vouchers.$inferSelect;
let site: TestConsole;
let all: Row[];
const idOf: Record<string, string> = {};
beforeAll(async () => {
  site = await startTestConsole();
  for (const { username, id } of await site.db.read.select().from(staff)) idOf[username] = id;
  const rows = DAYS.flatMap((day) =>
    SITES.flatMap((siteCode, at) =>
      Array.from({ length: A_DAY_AND_SITE }, (_, n): Row => {
        const serial = n + 1;
        const voided = n % 7 === 4;
        // Sites issue in the same seconds, so that times alone are no order.
        const issuedAt = `${day}T01:${String(Math.floor(n / 10)).padStart(2, '0')}:00.000Z`;
        return {
          voucherNo: `${siteCode}${day.replaceAll('-', '')}${String(serial).padStart(4, '0')}`,
          ...{ siteCode, day, serial, issuedAt, erhcCardNo: `CARD${n}`, recordId: resident.id, printCount: 1 },
          snapshot: {
            ...{ name: '陈示例', sex: '女', age: '30 岁', idCardType: '居民身份证', idcode: '440***' },
            ...{ siteName: `单位${at}`, issuedByName: '某护士', nextStation: '登记台' },
          },
          issuedBy: idOf[['nurse', 'nurse2', 'nurse'][(n + at) % 3] ?? ''] ?? '',
          voidedAt: voided ? issuedAt : null,
          voidedBy: voided ? (idOf.site_admin ?? '') : null,
          voidReason: voided ? '打印有误' : null,
        };
      }),
    ),
  );
  await site.db.write(async (tx) => {
    for (const row of rows) await tx.insert(vouchers).values(row);
  });
  all = rows;
});
afterAll(() => site.close());

type Filter = Omit<Partial<BrowseVouchersInput>, 'cursor' | 'order'>;

function reference(filter: Filter, order: 'newest' | 'oldest'): string[] {
  const found = all.filter(
    (row) =>
      row.day === filter.day &&
      (!filter.siteCode || row.siteCode === filter.siteCode) &&
      (!filter.state || (row.voidedAt === null) === (filter.state === 'live')) &&
      (!filter.issuedBy || row.issuedBy === filter.issuedBy),
  );
  const numbers = found
    .map((row) => [filter.siteCode ? String(row.serial).padStart(4, '0') : row.issuedAt, row.voucherNo] as const)
    .sort((a, b) => (a.join() < b.join() ? -1 : 1))
    .map(([, voucherNo]) => voucherNo);
  return order === 'newest' ? numbers.reverse() : numbers;
}

async function walk(who: 'province' | 'site_admin', filter: Filter, order: 'newest' | 'oldest'): Promise<string[]> {
  const client = await site.as(who);
  const found: string[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await client.vouchers.browse.mutate({ ...filter, order, ...(cursor ? { cursor } : {}) });
    if (page.nextCursor) expect(page.items).toHaveLength(VOUCHERS_PER_PAGE);
    found.push(...page.items.map(({ voucherNo }) => voucherNo));
    cursor = page.nextCursor;
  }
  return found;
}

describe.each(['newest', 'oldest'] as const)('vouchers.browse, %s first', (order) => {
  const [day = ''] = DAYS;
  const states = [undefined, 'live', 'voided'] as const;
  const cases = states.flatMap((state) =>
    [undefined, 'nurse', 'nurse2'].flatMap((issuer) =>
      [undefined, ...SITES].map((siteCode) => ({ state, issuer, siteCode })),
    ),
  );
  it.each(cases)('for the province, by $state, $issuer, $siteCode', async ({ state, issuer, siteCode }) => {
    const issuedBy = issuer && idOf[issuer];
    const filter = { day, ...(state && { state }), ...(issuedBy && { issuedBy }), ...(siteCode && { siteCode }) };
    const expected = reference(filter, order);
    expect(expected.length).toBeGreaterThan(0);
    expect(await walk('province', filter, order)).toEqual(expected);
  });

  it.each(states)('for a site admin, by %s', async (state) => {
    const filter = { day, ...(state && { state }), issuedBy: idOf.nurse ?? '' };
    expect(await walk('site_admin', filter, order)).toEqual(reference({ ...filter, siteCode: SITES[0] }, order));
  });
});

describe('vouchers.browse', () => {
  const day = DAYS[0] ?? '';

  it('keeps a site admin within the own site', async () => {
    const admin = await site.as('site_admin');
    expect(await codeOf(admin.vouchers.browse.mutate({ siteCode: SITES[1] }))).toBe('FORBIDDEN');
    expect(await codeOf(admin.vouchers.issuers.query({ siteCode: SITES[1] }))).toBe('FORBIDDEN');
    expect(await codeOf(admin.vouchers.report.mutate({ siteCode: SITES[1] }))).toBe('FORBIDDEN');
    const theirs = reference({ day, siteCode: SITES[1] }, 'newest')[0] ?? '';
    expect(await codeOf(admin.vouchers.browse.mutate({ day, cursor: theirs }))).toBe('VOUCHER_NOT_FOUND');
  });

  it('shows the site, masks the name, and writes down what was looked at', async () => {
    const province = await site.as('province');
    const { items } = await province.vouchers.browse.mutate({ day, siteCode: SITES[1] });
    expect(items[0]).toMatchObject({ siteCode: SITES[1], siteName: '单位1', name: '陈*例' });
    const events = () =>
      site.db.read
        .select()
        .from(auditEvents)
        .where(and(eq(auditEvents.action, 'voucher.browse'), eq(auditEvents.actor, idOf.province ?? '')))
        .orderBy(desc(auditEvents.id));
    expect((await events())[0]).toMatchObject({ subject: SITES[1], detail: day, outcome: 'ok' });
    await province.vouchers.ofRecord.mutate({ id: resident.id });
    expect((await events())[0]).toMatchObject({ subject: resident.id, detail: null, outcome: 'ok' });
  });

  it('offers those who issued at the site on the day', async () => {
    const province = await site.as('province');
    expect(await province.vouchers.issuers.query({ day, siteCode: SITES[0] })).toEqual([
      { id: idOf.nurse2, name: '罗护士' },
      { id: idOf.nurse, name: '苏护士' },
    ]);
    expect(await province.vouchers.issuers.query({ day: '2020-01-01', siteCode: SITES[0] })).toEqual([]);
    expect(await codeOf(province.vouchers.issuers.query({ day }))).toBe('BAD_INPUT');
    expect(await (await site.as('site_admin')).vouchers.issuers.query({ day })).toHaveLength(2);
  });
});

describe('vouchers.ofRecord', () => {
  it('shows the newest hundred, masked, with site and state', async () => {
    const province = await site.as('province');
    const found = await province.vouchers.ofRecord.mutate({ id: resident.id });
    expect(found).toHaveLength(100);
    const times = found.map(({ issuedAt }) => issuedAt);
    expect(times).toEqual([...times].sort().reverse());
    expect(times[0]).toBe('2026-11-21 09:12:00');
    expect(new Set(found.map(({ siteName }) => siteName))).toEqual(new Set(['单位0', '单位1']));
    expect(new Set(found.map(({ voidReason }) => voidReason))).toEqual(new Set([null, '打印有误']));
    expect(JSON.stringify(found)).not.toContain('陈示例');
    expect(await province.vouchers.ofRecord.mutate({ id: '0'.repeat(32) })).toEqual([]);
  });
});

describe('vouchers.report', () => {
  it('is of a site that the province names', async () => {
    const province = await site.as('province');
    const report = await province.vouchers.report.mutate({ day: DAYS[0], siteCode: SITES[1] });
    expect(report).toMatchObject({ siteCode: SITES[1], madeBy: '省平台', total: { issued: A_DAY_AND_SITE } });
    expect(await codeOf(province.vouchers.report.mutate({ day: DAYS[0] }))).toBe('BAD_INPUT');
    expect(await codeOf(province.vouchers.report.mutate({ siteCode: '9999999999' }))).toBe('SITE_NOT_FOUND');
    const own = await (await site.as('site_admin')).vouchers.report.mutate({ day: DAYS[0], siteCode: SITES[0] });
    expect(own.siteCode).toBe(SITES[0]);
  });
});

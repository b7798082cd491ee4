import { and, desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoDynamicCode } from '../../db/demo/city.ts';
import { cardNoOf } from '../../db/demo/fixed-residents.ts';
import { tables } from '../../db/index.ts';
import { client, codeOf, qrOf, sessionCookie, startTestConsole, type TestConsole } from '../test-console.ts';
import { SITE_DEFAULTS } from './schema.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

const SETTINGS = {
  ...{ name: '越秀示例门诊', divisionCode: '440104', paper: '80mm' as const, nextStation: '登记台' },
  ...{ kioskPrinting: true, staticCodes: false, unknownIssuers: false, idleLockMinutes: 0 },
};

async function lastEvent(action: string, subject: string) {
  const { auditEvents } = tables;
  const [row] = await site.db.read
    .select()
    .from(auditEvents)
    .where(and(eq(auditEvents.action, action), eq(auditEvents.subject, subject)))
    .orderBy(desc(auditEvents.id))
    .limit(1);
  return row;
}

describe('a site', () => {
  it('is made and changed by the province, audited both times', async () => {
    const province = await site.as('province');
    await province.sites.create.mutate({ ...SETTINGS, code: '4401040001' });
    expect(await lastEvent('site.create', '4401040001')).toMatchObject({ outcome: 'ok', actorRole: 'province' });
    await province.sites.save.mutate({ ...SETTINGS, code: '4401040001', name: '越秀改名门诊', paper: 'A5' });
    expect(await lastEvent('site.save', '4401040001')).toMatchObject({ outcome: 'ok', actorRole: 'province' });
    const { items } = await province.sites.browse.query({ name: '越秀' });
    expect(items).toEqual([
      {
        ...SETTINGS,
        code: '4401040001',
        name: '越秀改名门诊',
        paper: 'A5',
        divisionName: '广州市越秀区',
      },
    ]);
  });

  it('takes static codes, and dynamic ones of known issuers only, unless it says otherwise', async () => {
    const province = await site.as('province');
    const told = { code: '4401040002', name: '白云示例门诊', divisionCode: '440111' };
    await province.sites.create.mutate(told);
    const { items } = await province.sites.browse.query({ name: '白云' });
    expect(items).toMatchObject([{ ...told, ...SITE_DEFAULTS, staticCodes: true, unknownIssuers: false }]);
    const demo = (await province.sites.browse.query({ cityCode: '4403' })).items;
    expect(demo).toMatchObject([{ code: '4403050001', staticCodes: true, unknownIssuers: false }]);
  });

  it.each([
    [{ code: '4401060001' }, 'SITE_TAKEN'],
    [{ code: '44010600' }, 'BAD_INPUT'],
    [{ code: '4401040009', divisionCode: '440199' }, 'BAD_INPUT'],
    // Abolished in 2005.
    [{ code: '4401040009', divisionCode: '440102' }, 'BAD_INPUT'],
    [{ code: '4401040009', name: ' ' }, 'BAD_INPUT'],
  ])('is not made of %j', async (input, code) => {
    const province = await site.as('province');
    expect(await codeOf(province.sites.create.mutate({ ...SETTINGS, ...input }))).toBe(code);
  });

  it('that is none is not changed', async () => {
    const province = await site.as('province');
    expect(await codeOf(province.sites.save.mutate({ ...SETTINGS, code: '0000000000' }))).toBe('SITE_NOT_FOUND');
  });

  it('tells its people what its settings ask of them', async () => {
    const nurse = await site.as('nurse');
    expect(await nurse.staff.me.query()).toMatchObject({ siteCode: '4401060001', kioskPrinting: false });
    await site.db.write((tx) =>
      tx.update(tables.sites).set({ kioskPrinting: true }).where(eq(tables.sites.code, '4401060001')),
    );
    expect(await nurse.staff.me.query()).toMatchObject({ kioskPrinting: true });
  });
});

describe('the list of sites', () => {
  let other: TestConsole;
  const codes = Array.from({ length: 45 }, (_, n) => `44030700${String(n).padStart(2, '0')}`);
  beforeAll(async () => {
    other = await startTestConsole();
    await other.db.write((tx) =>
      tx.insert(tables.sites).values(
        codes.map((code, n) => ({
          ...{ code, name: `龙岗第${n % 3}门诊`, divisionCode: n % 2 ? '440307' : '440303' },
          ...{ paper: 'A5' as const, nextStation: '登记台' },
        })),
      ),
    );
  });
  afterAll(() => other.close());

  async function walk(filter: { name?: string; cityCode?: string }) {
    const province = await other.as('province');
    const seen: { code: string; name: string; divisionCode: string | null }[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await province.sites.browse.query({ ...filter, cursor });
      seen.push(...page.items);
      if (!page.nextCursor) return seen;
      cursor = page.nextCursor;
    }
  }

  it('goes through all of them once, in order', async () => {
    const seen = (await walk({})).map(({ code }) => code);
    expect(seen).toHaveLength(48);
    expect(seen).toEqual([...new Set(seen)].sort());
  });

  it('goes by name for a beginning of the name, also within a city', async () => {
    for (const filter of [{ name: '龙岗' }, { name: '龙岗', cityCode: '4403' }]) {
      const seen = await walk(filter);
      expect(seen).toHaveLength(45);
      const keys = seen.map(({ name, code }) => `${name} ${code}`);
      expect(keys).toEqual([...keys].sort());
    }
    expect(await walk({ name: '龙岗', cityCode: '4401' })).toEqual([]);
    expect(await walk({ name: '门诊' })).toEqual([]);
  });

  it('goes by county within a city', async () => {
    const seen = await walk({ cityCode: '4403' });
    expect(seen).toHaveLength(46);
    const keys = seen.map(({ divisionCode, code }) => `${divisionCode} ${code}`);
    expect(keys).toEqual([...keys].sort());
  });

  it('is the own site for its admin, whatever is asked', async () => {
    const admin = await other.as('site_admin');
    const mine = [expect.objectContaining({ code: '4401060001' })];
    expect((await admin.sites.browse.query({})).items).toEqual(mine);
    expect((await admin.sites.browse.query({ name: '天河' })).items).toEqual(mine);
    expect((await admin.sites.browse.query({ name: '龙岗' })).items).toEqual([]);
    expect((await admin.sites.browse.query({ cityCode: '4403' })).items).toEqual([]);
  });

  it('offers the counties of the registered cities', async () => {
    const cities = await (await other.as('province')).sites.divisions.query();
    expect(cities.map(({ code, name }) => [code, name])).toEqual([
      ['4401', '广州市'],
      ['4403', '深圳市'],
    ]);
    expect(cities[0]?.counties).toContainEqual({ code: '440106', name: '天河区' });
    expect(cities[0]?.counties).not.toContainEqual(expect.objectContaining({ code: '440102' }));
    // A city without counties stands for itself.
    await (await other.as('province')).exchange.createCity.mutate({ code: '4420' });
    const [last] = (await (await other.as('province')).sites.divisions.query()).slice(-1);
    expect(last?.counties).toEqual([{ code: '442000', name: '中山市' }]);
  });
});

describe('a site that takes dynamic codes only', () => {
  const key = 'demo:authenticated';
  const dynamic = demoDynamicCode(cardNoOf(key), 600);
  const nurse = async () => client(site.url, sessionCookie(await site.signIn('nurse2')));
  beforeAll(() =>
    site.db.write((tx) =>
      tx.update(tables.sites).set({ staticCodes: false }).where(eq(tables.sites.code, '4403050001')),
    ),
  );

  it.each([
    ['static', qrOf(key)],
    ['bare', cardNoOf(key)],
  ])('refuses a %s code at every call, and says so in the audit trail', async (_, code) => {
    const here = await nurse();
    for (const [action, call] of [
      ['scan.lookup', here.scan.lookup],
      ['scan.reveal', here.scan.reveal],
      ['voucher.issue', here.vouchers.issue],
    ] as const) {
      expect(await codeOf(call.mutate({ code }))).toBe('STATIC_CODE_REFUSED');
      expect(await lastEvent(action, cardNoOf(key))).toMatchObject({
        ...{ outcome: 'STATIC_CODE_REFUSED', siteCode: '4403050001' },
      });
    }
    expect(await site.db.read.$count(tables.vouchers)).toBe(0);
  });

  it('says the same of a code that nobody holds: nothing is looked up', async () => {
    expect(await codeOf((await nurse()).scan.lookup.mutate({ code: qrOf('demo:unknown') }))).toBe(
      'STATIC_CODE_REFUSED',
    );
  });

  it('takes a dynamic one, and other sites take any', async () => {
    const here = await nurse();
    expect(await here.scan.lookup.mutate({ code: dynamic })).toMatchObject({ outcome: 'authenticated' });
    expect(await codeOf(here.scan.reveal.mutate({ code: dynamic }))).toBe('ok');
    expect(await codeOf(here.vouchers.issue.mutate({ code: dynamic }))).toBe('ok');
    expect(await codeOf((await site.as('nurse')).scan.lookup.mutate({ code: qrOf(key) }))).toBe('ok');
  });
});

describe('sites.names', () => {
  it('finds sites by the beginning of name or code, twenty at most', async () => {
    const province = await site.as('province');
    const namesOf = async (text: string) =>
      (await province.sites.names.query({ text })).map(({ code, name }) => `${code} ${name}`);
    expect(await namesOf('天河')).toEqual(['4401060001 天河示例社区卫生服务中心']);
    expect(await namesOf('示例')).toEqual([]);
    expect(await namesOf(' 440106 ')).toEqual(['4401060001 天河示例社区卫生服务中心']);
    expect((await namesOf('')).length).toBeGreaterThan(1);
    await site.db.write(async (tx) => {
      for (let n = 0; n < 25; n += 1) {
        const code = String(4409000000 + n);
        await tx.insert(tables.sites).values({ code, name: `多多${n}`, paper: 'A5', nextStation: '登记台' });
      }
      await tx
        .insert(tables.sites)
        .values({ code: '4410000001', name: '4409 号门诊', paper: 'A5', nextStation: '登记台' });
    });
    expect(await namesOf('多多')).toHaveLength(20);
    expect(await namesOf('4409')).toHaveLength(20);
    expect(await namesOf('4409 ')).toHaveLength(20);
    expect(await namesOf('4409 号')).toEqual(['4410000001 4409 号门诊']);
  });
});

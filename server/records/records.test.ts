import { desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoRecords } from '../../db/demo/records.ts';
import { tables } from '../../db/index.ts';
import { fictionalRecord, upload } from '../exchange/test-exchange.ts';
import { codeOf, qrOf, startTestConsole, type TestConsole } from '../test-console.ts';
import type { BrowseRecordsInput, RecordFilter } from './schema.ts';
import { walkRecords } from './walk-records.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

const all = demoRecords();
const browse = async (input: BrowseRecordsInput) => (await site.as('province')).records.browse.mutate(input);

/** Ids of every page, one after the other. */
async function everyPage(search?: BrowseRecordsInput['search'], filter: BrowseRecordsInput = {}): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await browse({ ...filter, search, cursor });
    ids.push(...page.items.map((item) => item.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return ids;
}

describe('records.browse', () => {
  it('goes through every record once, newest first', async () => {
    const expected = [...all].sort((a, b) => (b.cdTime + b.id > a.cdTime + a.id ? 1 : -1)).map((row) => row.id);
    expect(await everyPage()).toEqual(expected);
  });

  it('finds by the beginning of a name, in the order of names', async () => {
    const expected = all.filter((row) => row.name.startsWith('王'));
    expect(expected.length).toBeGreaterThan(1);
    expect((await everyPage({ by: 'name', text: '王' })).sort()).toEqual(expected.map((row) => row.id).sort());
    expect(await everyPage({ by: 'name', text: '刘䶮' })).toHaveLength(1);
  });

  it.each([
    [{ by: 'idcode' as const, text: all[0]?.idcode.toLowerCase() ?? '' }],
    [{ by: 'phone' as const, text: all[0]?.phone ?? '' }],
    [{ by: 'code' as const, text: qrOf('demo:authenticated') }],
  ])('finds exactly by $by', async (search) => {
    expect(await everyPage(search)).toEqual([all[0]?.id]);
  });

  it('finds nobody by a number that nobody has', async () => {
    expect(await everyPage({ by: 'phone', text: '13800009999' })).toEqual([]);
    expect(await everyPage({ by: 'name', text: '陈示例一' })).toEqual([]);
  });

  it('masks what it shows', async () => {
    const { items } = await browse({ search: { by: 'phone', text: all[0]?.phone ?? '' } });
    expect(items[0]).toMatchObject({ name: '陈*例', phone: '138****1000', cityName: '广州市', state: 'authenticated' });
    expect(items[0]?.idcode).toMatch(/^440\*{11}/);
  });

  it('goes the other way round, too', async () => {
    expect(await everyPage(undefined, { order: 'oldest' })).toEqual((await everyPage()).reverse());
    const wang = { by: 'name', text: '王' } as const;
    expect(await everyPage(wang, { order: 'newest' })).toEqual((await everyPage(wang)).reverse());
  });

  const FILTERS = {
    cityCode: '4401',
    app: 'GZ-APP-0001',
    state: 'authenticated',
    method: '2',
    from: '2026-06-01',
    to: '2026-06-01',
  } as const;
  const keys = Object.keys(FILTERS) as (keyof typeof FILTERS)[];
  /** Every combination of the filters. */
  const combinations = Array.from({ length: 2 ** keys.length }, (_, bits) =>
    Object.fromEntries(keys.filter((_, n) => bits & (2 ** n)).map((key) => [key, FILTERS[key]])),
  );
  const lets = (row: (typeof all)[number], filter: BrowseRecordsInput) =>
    (!filter.cityCode || row.cdSource === filter.cityCode) &&
    (!filter.app || row.appRecordNoRecognize === filter.app) &&
    (!filter.state || (row.cdOperation !== 'd' && row.recognizeFlag === 1)) &&
    (!filter.method || (row.authenticationMethod ?? '').includes(filter.method)) &&
    (!filter.from || row.cdTime >= filter.from) &&
    (!filter.to || row.cdTime.slice(0, 10) <= filter.to);

  it.each([undefined, { by: 'name' as const, text: '陈' }])(
    'lets through what each combination of filters asks for (search: %s)',
    async (search) => {
      const found = (row: (typeof all)[number]) => !search || row.name.startsWith(search.text);
      for (const filter of combinations) {
        const expected = all.filter((row) => found(row) && lets(row, filter)).map((row) => row.id);
        expect((await everyPage(search, filter)).sort(), JSON.stringify(filter)).toEqual(expected.sort());
      }
    },
  );

  it.each([
    ['unauthenticated', (row: (typeof all)[number]) => row.cdOperation !== 'd' && row.recognizeFlag === 0],
    ['withdrawn', (row: (typeof all)[number]) => row.cdOperation === 'd'],
  ] as const)('knows which are %s', async (state, isSo) => {
    const expected = all.filter(isSo).map((row) => row.id);
    expect((await everyPage(undefined, { state })).sort()).toEqual(expected.sort());
  });

  it('filters what a number finds', async () => {
    const search = { by: 'code' as const, text: qrOf('demo:two-records') };
    expect(await everyPage(search)).toHaveLength(2);
    expect(await everyPage(search, { state: 'unauthenticated' })).toHaveLength(1);
    expect(await everyPage(search, { cityCode: '4403' })).toEqual([]);
    expect(await everyPage(search, { to: '2026-06-01' })).toHaveLength(1);
  });

  it('follows a record to its new facet when a city changes or withdraws it', async () => {
    const record = fictionalRecord(77);
    const idOf = async (state: 'authenticated' | 'unauthenticated' | 'withdrawn') =>
      everyPage({ by: 'phone', text: String(record.phone) }, { state });
    const send = (n: number, change: object) =>
      upload(site, { cdBatch: `440126112309000010${n}`, records: [{ ...record, ...change }] });
    await send(1, {});
    expect(await idOf('authenticated')).toHaveLength(1);
    await send(2, {
      cd_operation: 'u',
      recognize_flag: '0',
      authentication_method: '',
      cd_time: '2026-07-01 00:00:00',
    });
    expect(await idOf('authenticated')).toEqual([]);
    expect(await idOf('unauthenticated')).toHaveLength(1);
    await send(3, {
      cd_operation: 'd',
      recognize_flag: '0',
      authentication_method: '',
      cd_time: '2026-07-02 00:00:00',
    });
    expect(await idOf('withdrawn')).toHaveLength(1);
  });

  it('names the cities and apps that records came from', async () => {
    const sources = await (await site.as('province')).records.sources.query();
    expect(sources.cities).toEqual([
      { code: '4401', name: '广州市' },
      { code: '4403', name: '深圳市' },
    ]);
    expect(sources.apps).toContainEqual({ number: 'GZ-APP-0001', cityCode: '4401', name: '示例健康通' });
  });

  it('refuses a time that ends before it begins', async () => {
    expect(await codeOf(browse({ from: '2026-06-02', to: '2026-06-01' }))).toBe('BAD_INPUT');
  });

  it('tells the audit trail what was asked for, and never whom', async () => {
    await browse({ search: { by: 'phone', text: all[0]?.phone ?? '' }, cityCode: '4401', state: 'authenticated' });
    const [event] = await site.db.read
      .select()
      .from(tables.auditEvents)
      .where(eq(tables.auditEvents.action, 'record.browse'))
      .orderBy(desc(tables.auditEvents.id))
      .limit(1);
    expect(event).toMatchObject({ outcome: 'ok', detail: 'phone cityCode=4401 state=authenticated' });
  });

  it('refuses a code that is none, and a page that never was', async () => {
    expect(await codeOf(browse({ search: { by: 'code', text: 'abc' } }))).toBe('NOT_HEALTH_CODE');
    expect(await codeOf(browse({ cursor: '0'.repeat(32) }))).toBe('RECORD_NOT_FOUND');
  });
});

describe('records.open', () => {
  it('shows the 25 fields in the specification’s names, masked, and where they came from', async () => {
    const row = all.find((each) => each.erhcCardNo === qrOf('demo:child').slice(0, 64));
    const opened = await (await site.as('province')).records.open.mutate({ id: row?.id ?? '' });
    expect(Object.keys(opened.fields)).toHaveLength(25);
    expect(opened).toMatchObject({
      appName: '示例健康通',
      appState: 'approved',
      cityName: '广州市',
      state: 'authenticated',
    });
    expect(opened.fields).toMatchObject({
      name: '周*满',
      linkman: '周*国',
      nation: '汉族',
      nationality: '中国',
      authentication_method: '三要素认证、面部识别',
      app_record_no: 'GZ-NET-0001',
    });
    const text = JSON.stringify(opened);
    for (const secret of [row?.name, row?.idcode, row?.phone, row?.linkman, row?.address])
      expect(text).not.toContain(secret);
  });
});

describe('a walk through all records', () => {
  it('goes the way of the list', async () => {
    const filters: RecordFilter[] = [
      {},
      { cityCode: '4401' },
      { state: 'authenticated', method: '2' },
      { search: { by: 'name', text: '刘' } },
      { search: { by: 'name', text: '王' }, cityCode: '4401' },
      { search: { by: 'phone', text: all[0]?.phone ?? '' }, cityCode: '4401' },
      { cityCode: '9999' },
    ];
    for (const { search, ...filter } of filters) {
      for (const order of ['newest', 'oldest'] as const) {
        const walked: string[] = [];
        for await (const rows of walkRecords(site.db.read, { search, ...filter }, { backwards: order === 'newest' })) {
          walked.push(...rows.map(({ id }) => id));
        }
        expect(walked).toEqual(await everyPage(search, { ...filter, order }));
      }
    }
  });
});

describe('records.reveal', () => {
  const row = all.find((each) => each.erhcCardNo === qrOf('demo:child').slice(0, 64));
  const reveal = async (reason: string) =>
    (await site.as('province')).records.reveal.mutate({ id: row?.id ?? '', reason });

  it('shows the 25 fields in full, and writes down why', async () => {
    const fields = await reveal('居民申请更正登记信息');
    expect(Object.keys(fields)).toHaveLength(25);
    expect(fields).toMatchObject({
      name: row?.name,
      idcode: row?.idcode,
      phone: row?.phone,
      linkman: row?.linkman,
      address: row?.address,
      nation: '汉族',
    });
    const [event] = await site.db.read
      .select()
      .from(tables.auditEvents)
      .where(eq(tables.auditEvents.action, 'record.reveal'));
    expect(event).toMatchObject({ subject: row?.id, detail: '居民申请更正登记信息', outcome: 'ok' });
  });

  it.each(['', ' 无 ', `${'长'.repeat(101)}`, '核对 13800001006'])(
    'asks for a reason without personal data: %s',
    async (reason) => {
      expect(await codeOf(reveal(reason))).toBe('BAD_INPUT');
    },
  );
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoRecords } from '../../db/demo/records.ts';
import { codeOf, qrOf, startTestConsole, type TestConsole } from '../test-console.ts';
import type { BrowseRecordsInput } from './schema.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

const all = demoRecords();
const browse = async (input: BrowseRecordsInput) => (await site.as('province')).records.browse.mutate(input);

/** Ids of every page, one after the other. */
async function everyPage(search?: BrowseRecordsInput['search']): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await browse({ search, cursor });
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
    expect(items[0]).toMatchObject({ name: '陈*例', phone: '138****1000', cityName: '广州市', recognizeFlag: 1 });
    expect(items[0]?.idcode).toMatch(/^440\*{11}/);
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
    expect(opened).toMatchObject({ appName: '示例健康通', appState: 'approved', cityName: '广州市', withdrawn: false });
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

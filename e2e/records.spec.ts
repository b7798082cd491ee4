import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { streamXlsxRows } from 'hucre/xlsx';
import { demoRecords } from '../db/demo/records.ts';
import { choose } from './actions.ts';
import { expect, test } from './fixtures.ts';

const all = demoRecords();
const ofShenzhen = all.filter((row) => row.cdSource === '4403');
const child = all.find((row) => row.linkman);
if (!child) throw new Error('the demo lost its child');

test('filters narrow the list, alone and together, and the way back leads to them', async ({ openTablet }) => {
  const page = await openTablet({ as: 'province' });
  await page.goto('/admin/records');
  await choose(page, '来源城市', '深圳市');
  await choose(page, '状态', '已撤销');
  await page.getByRole('button', { name: '查询' }).click();
  const withdrawn = ofShenzhen.filter((row) => row.cdOperation === 'd');
  await expect(page.getByRole('row')).toHaveCount(withdrawn.length + 1);
  await choose(page, '应用', '示例健康卡');
  await choose(page, '状态', '未认证');
  const unauthenticated = ofShenzhen.filter((row) => row.cdOperation !== 'd' && row.recognizeFlag === 0);
  const surname = unauthenticated[0]?.name.slice(0, 1) ?? '';
  await page.getByRole('textbox', { name: '姓名' }).fill(surname);
  await page.getByRole('button', { name: '查询' }).click();
  const named = unauthenticated.filter((row) => row.name.startsWith(surname));
  await expect(page.getByRole('row')).toHaveCount(named.length + 1);
  await page.getByRole('button', { name: '清空' }).click();
  await expect(page.getByRole('row')).toHaveCount(21);
  await choose(page, '实名认证方式', '现场认证');
  await page.getByRole('button', { name: '查询' }).click();
  await page.getByRole('link', { name: '查看' }).first().click();
  await expect(page.getByText('二要素认证、现场认证')).toBeVisible();
  await page.getByRole('link', { name: '返回认证记录列表' }).click();
  await expect(page.getByRole('combobox', { name: '实名认证方式' }).locator('..')).toContainText('现场认证');
});

test('a day that holds nothing says so; the order turns round by its heading', async ({ openTablet, site }) => {
  // What other tests sent through the exchange is in the list too.
  const ends = (which: string) => site.database.one<string>(`SELECT ${which}(cd_time) FROM authentication_records`);
  const [first, last] = [await ends('min'), await ends('max')];
  expect(first < last).toBe(true);
  const page = await openTablet({ as: 'province' });
  await page.goto('/admin/records');
  await expect(page.getByRole('row').nth(1)).toContainText(last);
  await page.getByRole('columnheader', { name: '插入时间' }).click();
  await expect(page.getByRole('row').nth(1)).toContainText(first);
  await page.getByLabel('开始日期').fill('2027-01-01');
  await page.getByLabel('结束日期').fill('2027-01-31');
  await page.getByLabel('结束日期').press('Enter');
  await page.getByRole('button', { name: '查询' }).click();
  await expect(page.getByText('没有符合条件的记录')).toBeVisible();
});

test('columns are chosen by whoever looks, and kept', async ({ openTablet }) => {
  const page = await openTablet({ as: 'province' });
  await page.goto('/admin/records');
  await page.getByRole('button', { name: '列设置' }).click();
  await page.getByRole('checkbox', { name: '批次号' }).check();
  await page.getByRole('checkbox', { name: '手机号' }).uncheck();
  await page.reload();
  await expect(page.getByRole('columnheader', { name: '批次号' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: '手机号' })).toHaveCount(0);
  // Besides, when this browser was last touched.
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, 'console.touched': null }));
  expect(kept).not.toMatch(/[一-鿿]|\d{4}/);
});

test('what is masked is shown in full for a reason, and hidden again', async ({ openTablet }) => {
  const page = await openTablet({ as: 'province' });
  await page.goto(`/admin/records/${child.id}`);
  await expect(page.getByText('周*满')).toBeVisible();
  await page.getByRole('button', { name: '查看完整信息' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '查看', exact: true }).click();
  await expect(page.getByText('请填写查看原因')).toBeVisible();
  await page.getByLabel('查看原因').fill(`核对 ${child.phone}`);
  await page.getByRole('dialog').getByRole('button', { name: '查看', exact: true }).click();
  await expect(page.getByText('请勿填写证件号码')).toBeVisible();
  await page.getByLabel('查看原因').fill('居民申请更正登记信息');
  await page.getByRole('dialog').getByRole('button', { name: '查看', exact: true }).click();
  for (const text of [child.name, child.idcode, child.address ?? '']) {
    await expect(page.getByRole('cell', { name: text }).first()).toBeVisible();
  }
  await page.reload();
  await expect(page.getByText('周*满')).toBeVisible();
  await expect(page.getByText(child.idcode)).toHaveCount(0);
  const auditor = await openTablet({ as: 'auditor' });
  await auditor.goto('/admin/audit');
  await expect(auditor.getByRole('row').filter({ hasText: '居民申请更正登记信息' }).first()).toContainText('省平台');
});

for (const { choice, format } of [
  { choice: 'CSV', format: 'csv' },
  { choice: 'Excel(XLSX)', format: 'xlsx' },
] as const) {
  test(`what the filter shows is exported as ${format}, opened and counted`, async ({ openTablet }) => {
    const page = await openTablet({ as: 'province' });
    await page.goto('/admin/records');
    await choose(page, '来源城市', '深圳市');
    await page.getByRole('button', { name: '查询' }).click();
    await expect(page.getByRole('cell', { name: '广州市' })).toHaveCount(0);
    await page.getByRole('button', { name: '导出' }).click();
    await page.getByRole('menuitem', { name: `导出为 ${choice}` }).click();
    const tasks = page.getByRole('region', { name: '导出任务' }).getByRole('listitem').filter({ hasText: choice });
    await expect(tasks.first()).toContainText(`共 ${ofShenzhen.length} 条`, { timeout: 40_000 });
    const downloading = page.waitForEvent('download');
    await tasks.first().getByRole('link', { name: '下载' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(new RegExp(`^records-\\d{14}\\.${format}$`));
    const bytes = await readFile(await download.path());
    const rows: string[][] = [];
    if (format === 'csv') rows.push(...(parse(bytes, { bom: true }) as string[][]));
    else for await (const { values } of streamXlsxRows(bytes)) rows.push(values.map(String));
    expect(rows).toHaveLength(ofShenzhen.length + 1);
    expect(rows[0]?.[0]).toBe('姓名');
    const text = JSON.stringify(rows);
    for (const { name, idcode, phone } of ofShenzhen)
      for (const one of [name, idcode, phone]) expect(text).not.toContain(one);
  });
}

/** What the cities upload, and the credentials they do it with, as the province and a city see them. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { APP_4403, fictionalRecord, upload } from '../server/exchange/test-exchange.ts';
import { CLIPBOARD, dialog, takeSecret } from './actions.ts';
import { expect, test } from './fixtures.ts';

const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });

test('a batch with a bad record is listed, opened, and its errors are downloaded', async ({ site, openTablet }) => {
  const cdBatch = '4401261123120000001';
  const records = [fictionalRecord(901), { ...fictionalRecord(902), phone: '12345' }];
  const receipt = await upload(site, { cdBatch, records });
  expect(await receipt.json()).toMatchObject({ total: 2, accepted: 1, rejected: 1 });

  const page = await openTablet({ as: 'province' });
  await page.goto('/admin/batches');
  await expect(rowOf(page, cdBatch)).toContainText('广州市');
  await expect(rowOf(page, cdBatch)).toContainText('demo-4401');
  await rowOf(page, cdBatch).getByRole('link', { name: '查看' }).click();
  await expect(page).toHaveURL(`/admin/batches/${cdBatch}`);
  await expect(page.getByText('有拒绝')).toBeVisible();
  const error = page.getByRole('row').filter({ hasText: String(records[1]?.id) });
  await expect(error).toContainText('phone');
  await expect(error).toContainText('手机号(phone)');

  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: '下载错误与提示' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe(`${cdBatch}-errors.csv`);
  const lines = readFileSync(await file.path(), 'utf8')
    .trimEnd()
    .split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toBe('\ufeffrow,id,severity,field,code,message');
  expect(lines[1]).toMatch(new RegExp(`^2,${records[1]?.id},error,phone,\\w+,手机号`));
  expect(lines[1]).not.toContain('12345');
});

test('the batches of one city alone can be chosen', async ({ site, openTablet }) => {
  const ofShenzhen = '4403261123120000001';
  await upload(site, { cdBatch: ofShenzhen, records: [{}], secret: APP_4403.secret });
  await upload(site, { cdBatch: '4401261123120000002', records: [{}] });
  const page = await openTablet({ as: 'province' });
  await page.goto('/admin/batches');
  await expect(rowOf(page, '4401261123120000002')).toBeVisible();
  await page.getByRole('combobox', { name: '城市' }).click();
  await page.locator('.ant-select-item-option').filter({ hasText: '深圳市' }).click();
  await expect(rowOf(page, '4401261123120000002')).toHaveCount(0);
  await rowOf(page, ofShenzhen).getByRole('link', { name: '查看' }).click();
  await page.getByRole('link', { name: '返回批次列表' }).click();
  await expect(rowOf(page, ofShenzhen)).toBeVisible();
  await expect(rowOf(page, '4401261123120000002')).toHaveCount(0);
});

test('a city sees neither batches nor credentials of another', async ({ site, openTablet }) => {
  const ofShenzhen = '4403261123120000003';
  await upload(site, { cdBatch: ofShenzhen, records: [{}], secret: APP_4403.secret });
  await upload(site, { cdBatch: '4401261123120000003', records: [{}] });
  const page = await openTablet({ as: 'city' });
  await page.goto('/admin/batches');
  await expect(rowOf(page, '4401261123120000003')).toBeVisible();
  await expect(rowOf(page, ofShenzhen)).toHaveCount(0);
  await expect(page.getByRole('combobox', { name: '城市' })).toHaveCount(0);
  await page.goto(`/admin/batches/${ofShenzhen}`);
  await expect(page.getByRole('alert').getByText('没有这个批次')).toBeVisible();
  const file = await page.request.get(`/api/exchange/v1/batches/${ofShenzhen}/errors.csv`);
  expect(file.status()).toBe(404);

  await page.goto('/admin/platforms');
  await expect(page.getByRole('region', { name: '广州市' })).toBeVisible();
  await expect(page.getByRole('region', { name: '深圳市' })).toHaveCount(0);
  await expect(page.getByText('demo-4403')).toHaveCount(0);
  await expect(page.getByRole('button', { name: '新增城市' })).toHaveCount(0);
});

test('a city makes a credential, rotates and revokes it', async ({ site, openTablet }) => {
  const page = await openTablet({ as: 'city', context: CLIPBOARD });
  const tryUpload = async (serial: string, secret: string) =>
    (await upload(site, { cdBatch: `4401261123120000${serial}`, records: [{}], secret })).status;
  await page.goto('/admin/platforms');

  await page.getByRole('button', { name: '新增凭据' }).click();
  await dialog(page, '新增凭据').getByRole('button', { name: '生成凭据' }).click();
  await expect(page.getByText('请填写用途')).toBeVisible();
  await page.getByLabel('用途').fill('联调测试');
  await dialog(page, '新增凭据').getByRole('button', { name: '生成凭据' }).click();
  const first = await takeSecret(page, '凭据已生成');
  expect(await tryUpload('101', first.secret)).toBe(200);
  const row = rowOf(page, first.holder);
  await expect(row).toContainText('联调测试');
  await expect(row).toContainText('有效');

  await row.getByRole('button', { name: '轮换密钥' }).click();
  await expect(page.getByLabel('旧密钥保留时间')).toHaveValue('24');
  await page.getByLabel('旧密钥保留时间').fill('721');
  await dialog(page, '轮换密钥').getByRole('button', { name: '生成新密钥' }).click();
  await expect(page.getByText('旧密钥最多保留 720 小时')).toBeVisible();
  await page.getByLabel('旧密钥保留时间').fill('0');
  await dialog(page, '轮换密钥').getByRole('button', { name: '生成新密钥' }).click();
  const second = await takeSecret(page, '新密钥已生成');
  expect(second.holder).toBe(first.holder);
  expect(await tryUpload('102', first.secret)).toBe(401);
  expect(await tryUpload('102', second.secret)).toBe(200);

  await row.getByRole('button', { name: '吊销' }).click();
  await expect(dialog(page, '吊销凭据').getByText('上传立即停止')).toBeVisible();
  await dialog(page, '吊销凭据').getByRole('button', { name: '确认吊销' }).click();
  await expect(row).toContainText('已吊销');
  await expect(row.getByRole('button')).toHaveCount(0);
  expect(await tryUpload('103', second.secret)).toBe(401);
});

test('the province adds a city, once, and a credential for it', async ({ openTablet }) => {
  const page = await openTablet({ as: 'province', context: CLIPBOARD });
  await page.goto('/admin/platforms');
  const add = async (code: string) => {
    await page.getByRole('button', { name: '新增城市' }).click();
    await page.getByLabel('城市编码').fill(code);
    await page.getByLabel('城市编码').press('Enter');
  };
  await add('99');
  await expect(page.getByText('城市编码应为行政区划代码前 4 位')).toBeVisible();
  await page.getByLabel('城市编码').fill('4499');
  await page.getByLabel('城市编码').press('Enter');
  await expect(page.getByText('行政区划代码表中没有这个城市')).toBeVisible();
  await page.getByLabel('城市编码').fill('4404');
  await page.getByLabel('城市编码').press('Enter');
  const city = page.getByRole('region', { name: '珠海市' });
  await expect(city.getByText('还没有接入凭据')).toBeVisible();
  await add('4404');
  await expect(page.getByText('该城市平台已存在')).toBeVisible();
  await dialog(page, '新增城市').getByRole('button', { name: '取消' }).click();

  await city.getByRole('button', { name: '新增凭据' }).click();
  await page.getByLabel('用途').fill('正式上报');
  await page.getByLabel('用途').press('Enter');
  const { holder } = await takeSecret(page, '凭据已生成');
  await expect(city.getByText(holder)).toBeVisible();
});

test('a record shows what was done to it, and what is odd', async ({ site, openTablet }) => {
  const { id } = fictionalRecord(911);
  const longName = '阿'.repeat(21);
  const put = (serial: string, over: object) =>
    upload(site, { cdBatch: `4401261123120000${serial}`, records: [{ ...fictionalRecord(911), ...over }] });
  expect(await (await put('201', {})).json()).toMatchObject({ accepted: 1 });
  expect(
    await (await put('202', { name: longName, cd_operation: 'u', cd_time: '2026-06-02 09:00:00' })).json(),
  ).toMatchObject({ accepted: 1 });
  expect(await (await put('203', { cd_operation: 'd', cd_time: '2026-06-03 09:00:00' })).json()).toMatchObject({
    accepted: 1,
  });

  const page = await openTablet({ as: 'province' });
  await page.goto(`/admin/records/${id}`);
  await expect(page.getByText('已撤销', { exact: true })).toBeVisible();
  await expect(page.getByText('姓名(name)超过 20 个字符,请确认(已收下)')).toBeVisible();
  const history = page.getByRole('row').filter({ has: page.getByRole('link', { name: /^4401261123120000/ }) });
  await expect(history).toHaveCount(3);
  await expect(history.nth(0)).toContainText('删除');
  await expect(history.nth(1)).toContainText('更新');
  await expect(history.nth(1)).toContainText('姓名');
  await expect(history.nth(2)).toContainText('新增');
  await expect(history.nth(2)).toContainText('示例健康通');
  await history.nth(1).getByRole('link').click();
  await expect(page).toHaveURL('/admin/batches/4401261123120000202');
  await expect(page.getByText('这个批次没有错误')).toBeVisible();
});

test('a record of before the exchange has no history', async ({ site, openTablet }) => {
  const id = await site.database.one<string>("SELECT id FROM authentication_records WHERE name LIKE '陈示%'");
  const page = await openTablet({ as: 'province' });
  await page.goto(`/admin/records/${id}`);
  await expect(page.getByText('没有变更历史')).toBeVisible();
});

test('the auditor sees which credential uploaded', async ({ site, openTablet }) => {
  const cdBatch = '4401261123120000301';
  await upload(site, { cdBatch, records: [{}] });
  const page = await openTablet({ as: 'auditor' });
  await page.goto('/admin/audit');
  const event = rowOf(page, cdBatch);
  await expect(event).toContainText('上传批次');
  await expect(event).toContainText('demo-4401');
  await expect(event).toContainText('市级平台接入');
});

test('the exchange is described on one page, to anybody', async ({ openTablet }) => {
  const page = await openTablet();
  await page.goto('/api/exchange/docs');
  await expect(page).toHaveURL('/exchange/docs');
  await expect(page.getByRole('heading', { name: '上传批次' })).toBeVisible();
  await expect(page.getByRole('cell', { name: 'erhc_card_no', exact: true })).toBeVisible();
  await page.getByRole('tab', { name: 'Python' }).click();
  await expect(page.getByRole('tabpanel')).toContainText('hmac.new(secret.encode()');
});

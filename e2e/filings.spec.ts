import { writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { PNG } from 'pngjs';
import { fictionalRecord } from '../server/exchange/test-exchange.ts';
import { choose } from './actions.ts';
import { expect, test } from './fixtures.ts';

const picture = (name: string) => ({
  name,
  mimeType: 'image/png',
  buffer: PNG.sync.write(new PNG({ width: 90, height: 160 })),
});
const PDF = Buffer.from('%PDF-1.7\n%%EOF\n');
const FIELDS = {
  应用名称: '示例便民应用',
  应用所属机构: '广州市示例健康信息中心',
  机构备案号: 'GZ-ORG-0001',
  建设单位: '广州市示例卫生健康局',
  建设单位联系人: '梁示例',
  开发单位: '示例软件有限公司',
  开发单位联系人: '何示例',
};

async function fillIn(page: Page, fields: Partial<typeof FIELDS>) {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text);
}

async function beginFiling(page: Page) {
  await page.goto('/admin/filings');
  await page.getByRole('button', { name: '新建申请' }).click();
  await page.waitForURL(/\/admin\/filings\/\d+$/);
  await expect(page.getByText('草稿', { exact: true })).toBeVisible();
}

async function attach(page: Page, button: string, file: Parameters<ReturnType<Page['locator']>['setInputFiles']>[0]) {
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: button }).click();
  await (await choosing).setFiles(file as never);
}

/** Makes a move, with an opinion where one is asked for. */
async function move(page: Page, name: string, opinion?: string) {
  await page.getByRole('button', { name, exact: true }).click();
  if (opinion) await page.getByRole('dialog').getByRole('textbox').fill(opinion);
  await page.getByRole('button', { name: `确认${name}` }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

const seeState = (page: Page, state: string) =>
  expect(page.getByRole('heading', { level: 1 }).locator('..').getByText(state, { exact: true })).toBeVisible();

async function submitAndHandIn(page: Page) {
  await page.getByRole('button', { name: '提交', exact: true }).click();
  await seeState(page, '待交盖章件');
  await attach(page, '上传盖章件', { name: '盖章件.pdf', mimeType: 'application/pdf', buffer: PDF });
  await expect(page.getByRole('link', { name: '盖章件.pdf' })).toBeVisible();
  await move(page, '交回盖章件');
  await seeState(page, '待审核');
}

test('a city applies, the province returns, the city corrects, the province approves and revokes', async ({
  openTablet,
}) => {
  const city = await openTablet({ as: 'city' });
  const province = await openTablet({ as: 'province' });
  await beginFiling(city);
  const address = new URL(city.url()).pathname;
  await fillIn(city, FIELDS);
  await city.getByLabel('面部识别').check();
  await city.getByLabel('三要素认证').check();
  await attach(city, '上传图片', picture('界面.png'));
  await expect(city.getByRole('img', { name: '实名认证界面 1' })).toBeVisible();
  await city.getByRole('button', { name: '保存草稿' }).click();
  await expect(city.getByText(/草稿已保存/)).toBeVisible();
  await submitAndHandIn(city);

  await province.goto('/admin/filings');
  await province.getByRole('row').filter({ hasText: '示例便民应用' }).first().getByRole('link').click();
  await province.waitForURL(address);
  await move(province, '退回修改', '开发单位应写全称');
  await seeState(province, '已退回');

  await city.reload();
  await expect(city.getByText('开发单位应写全称')).toBeVisible();
  await fillIn(city, { 开发单位: '广州示例软件有限公司' });
  await submitAndHandIn(city);

  await province.reload();
  const changes = province.locator('.ant-card').filter({ hasText: '与上一版的不同' });
  await expect(changes.getByRole('row').filter({ hasText: '开发单位' })).toContainText('广州示例软件有限公司');
  await move(province, '同意备案', '材料齐全,同意备案');
  await seeState(province, '已备案');
  const recordNo = await province.getByText(/^APP4401\d{8}$/).textContent();
  const netNo = await province.getByText(/^NET4401\d{8}$/).textContent();
  const body = (cdBatch: string, id: string) => recordThrough({ cdBatch, id, recordNo, netNo });
  const upload = async (cdBatch: string, id: string) => {
    const response = await city.request.post('/api/exchange/v1/batches', {
      headers: { authorization: 'Bearer demo-secret-4401' },
      data: body(cdBatch, id),
    });
    return response.json();
  };
  expect(await upload('4401261124100000801', 'a')).toMatchObject({ accepted: 1, errors: [] });

  await move(province, '撤销备案', '应用停止服务');
  await seeState(province, '已撤销备案');
  const refused = await upload('4401261124100000802', 'b');
  expect(refused.errors.map(({ code }: { code: string }) => code)).toEqual(['FILING_REVOKED', 'FILING_REVOKED']);
});

test('the form is one A4 page that holds every field, however long', async ({ openTablet }) => {
  const page = await openTablet({ as: 'city' });
  await beginFiling(page);
  const long = (word: string, length: number) => word.repeat(length).slice(0, length);
  const fields = {
    应用名称: long('应用甲', 50),
    应用所属机构: long('所属机构乙', 200),
    机构备案号: long('ORG0', 50),
    建设单位: long('建设单位丙', 200),
    建设单位联系人: long('联系人丁', 50),
    开发单位: long('开发单位戊', 200),
    开发单位联系人: long('联系人己', 50),
  };
  await fillIn(page, fields);
  await page.getByLabel('二要素认证').check();
  for (let n = 1; n <= 9; n += 1) {
    await attach(page, '上传图片', picture(`${n}.png`));
    await expect(page.getByRole('img', { name: `实名认证界面 ${n}` })).toBeVisible();
  }
  await page.getByRole('button', { name: '提交', exact: true }).click();
  await seeState(page, '待交盖章件');
  await page.getByRole('link', { name: '打印申请表' }).click();
  await page.waitForURL(/\/filings\/\d+$/);
  await expect(page.getByRole('heading', { name: /备案申请表/ })).toBeVisible();
  const paper = page.getByRole('article');
  expect(await paper.evaluate((node) => node.scrollHeight - node.clientHeight)).toBeLessThanOrEqual(0);
  const document = await getDocument({ data: new Uint8Array(await page.pdf({ preferCSSPageSize: true })) }).promise;
  expect(document.numPages).toBe(1);
  const [, , width = 0, height = 0] = (await document.getPage(1)).view;
  expect([Math.round((width / 72) * 25.4), Math.round((height / 72) * 25.4)]).toEqual([210, 297]);
  const { items } = await (await document.getPage(1)).getTextContent();
  const text = items
    .map((item) => ('str' in item ? item.str : ''))
    .join('')
    .replace(/\s/g, '')
    // Chromium's PDF names some characters by their radicals.
    .normalize('NFKC')
    .replaceAll('⻅', '见');
  const printed = [
    '备案申请表',
    ...Object.entries(fields).flat(),
    '应用备案号',
    '实名认证方式',
    '二要素认证',
    '实名认证界面设计',
  ];
  for (const part of [...printed, '管理单位意见', '建设单位(盖章)', '管理单位(盖章)']) expect(text).toContain(part);
  expect(text.match(/年月日/g)).toHaveLength(2);
  await document.destroy();
});

test('a file that is not what it should be is refused in words, and the draft is not lost', async ({ openTablet }) => {
  const page = await openTablet({ as: 'city' });
  await beginFiling(page);
  await fillIn(page, { 应用名称: '未保存的名称' });
  const refuse = async (name: string, buffer: Buffer, words: string) => {
    await attach(page, '上传图片', { name, mimeType: 'image/png', buffer });
    await expect(page.getByRole('alert').filter({ hasText: words })).toBeVisible();
  };
  await refuse('扫描件.png', PDF, '文件内容不是PNG 或 JPEG 图片');
  await refuse('破损.png', picture('').buffer.subarray(0, 60), '图片已损坏或尺寸过大,无法读取');
  // Named by its path: as a buffer so much would take the test's time on its way to the browser.
  const large = test.info().outputPath('很大.png');
  writeFileSync(large, Buffer.concat([picture('').buffer, deflateSync(Buffer.alloc(9))], 50 * 1024 * 1024));
  await attach(page, '上传图片', large);
  await expect(page.getByRole('alert').filter({ hasText: '不超过 5 MB' })).toBeVisible();
  await fillIn(page, { 建设单位: '长'.repeat(201) });
  await page.getByRole('button', { name: '保存草稿' }).click();
  await expect(page.getByText('建设单位不超过 200 个字')).toBeVisible();
  await expect(page.getByLabel('应用名称', { exact: true })).toHaveValue('未保存的名称');
  await fillIn(page, { 建设单位: '广州市示例卫生健康局' });
  await page.getByRole('button', { name: '提交', exact: true }).click();
  await expect(page.getByText('请填写应用所属机构')).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('应用名称', { exact: true })).toHaveValue('未保存的名称');
});

function recordThrough(input: { cdBatch: string; id: string; recordNo: string | null; netNo: string | null }) {
  const record = { ...fictionalRecord(input.id === 'a' ? 921 : 922) };
  const numbers = { app_record_no: input.netNo, app_record_no_recognize: input.recordNo };
  return { cd_batch: input.cdBatch, records: [{ ...record, ...numbers, cd_batch: input.cdBatch }] };
}

test('a city deletes a draft that it never submitted', async ({ openTablet }) => {
  const city = await openTablet({ as: 'city' });
  await beginFiling(city);
  const address = new URL(city.url()).pathname;
  await fillIn(city, { 应用名称: '写错的申请' });
  await attach(city, '上传图片', picture('界面.png'));
  await expect(city.getByRole('img', { name: '实名认证界面 1' })).toBeVisible();
  await city.getByRole('button', { name: '删除草稿' }).click();
  await city.getByRole('button', { name: '确认删除' }).click();
  await city.waitForURL(/\/admin\/filings$/);
  await expect(city.getByRole('row').filter({ hasText: '示例健康通' })).toBeVisible();
  await city.goto(address);
  await expect(city.getByText('没有这份备案申请')).toBeVisible();
});

test('the province looks at one city’s filings', async ({ openTablet }) => {
  const province = await openTablet({ as: 'province' });
  await province.goto('/admin/filings');
  await expect(province.getByRole('row').filter({ hasText: '示例健康卡' })).toBeVisible();
  await choose(province, '城市', '广州市');
  await expect(province.getByRole('row').filter({ hasText: '示例健康卡' })).toHaveCount(0);
  await expect(province.getByRole('row').filter({ hasText: '示例健康通' })).toBeVisible();
  await choose(province, '状态', '不予备案');
  await expect(province.getByText('没有符合条件的备案申请')).toBeVisible();
});

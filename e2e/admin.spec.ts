import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { demoRecords } from '../db/demo/records.ts';
import type { Voucher } from '../server/vouchers/schema.ts';
import { ask, choose, codeOf, openScan, scanByHand, seeResident, watchPrinting } from './actions.ts';
import { type Console, expect, test } from './fixtures.ts';

const resident = demoRecords()[0];
if (!resident) throw new Error('the demo has no residents');

for (const { role, pages } of [
  { role: 'nurse', pages: ['/scan'] },
  { role: 'site_admin', pages: ['/admin/vouchers', '/admin/sites', '/admin/staff'] },
  { role: 'city', pages: ['/admin/filings', '/admin/batches', '/admin/outbox', '/admin/platforms'] },
  {
    role: 'province',
    pages: [
      ...['/admin/records', '/admin/filings', '/admin/batches', '/admin/platforms', '/admin/vouchers'],
      ...['/admin/sites', '/admin/staff'],
    ],
  },
  { role: 'auditor', pages: ['/admin/audit'] },
] as const) {
  test(`/admin lists what ${role} may open`, async ({ openTablet }) => {
    const page = await openTablet({ as: role });
    await page.goto('/admin');
    await expect(page.getByRole('button', { name: '退出' })).toBeVisible();
    const links = await page
      .getByRole('main')
      .getByRole('link')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    expect(links).toEqual([...pages]);
  });
}

test.describe('the authentication records', () => {
  for (const { by, text } of [
    { by: '证件号码', text: resident.idcode },
    { by: '手机号', text: resident.phone },
    { by: '电子健康码', text: codeOf('demo:authenticated') },
    { by: '姓名', text: '陈示' },
  ]) {
    test(`are found by ${by}, shown masked, and opened`, async ({ openTablet }) => {
      const page = await openTablet({ as: 'province' });
      await page.goto('/admin/records');
      await expect(page.getByRole('row')).toHaveCount(21);
      await choose(page, '查询方式', by);
      await page.getByRole('textbox', { name: by }).fill(text);
      await page.getByRole('button', { name: '查询' }).click();
      await expect(page.getByRole('row')).toHaveCount(2);
      await expect(page.getByText('陈*例')).toBeVisible();
      await page.getByRole('link', { name: '查看' }).click();
      await expect(page).toHaveURL(`/admin/records/${resident.id}`);
      await expect(page.getByText('示例健康通')).toBeVisible();
      await expect(page.getByText('GZ-APP-0001')).toBeVisible();
      const shown = await page.getByRole('main').textContent();
      for (const secret of [resident.idcode, resident.phone, resident.name]) expect(shown).not.toContain(secret);
    });
  }

  test('go on by pages, forth and back', async ({ openTablet }) => {
    const page = await openTablet({ as: 'province' });
    await page.goto('/admin/records');
    const first = page.getByRole('row').nth(1);
    await expect(first).toContainText('何*记');
    await page.getByRole('button', { name: '下一页' }).click();
    await expect(page.getByText('第 2 页')).toBeVisible();
    await expect(first).not.toContainText('何*记');
    await page.getByRole('button', { name: '上一页' }).click();
    await expect(first).toContainText('何*记');
  });

  test('say in Chinese what is wrong with a search', async ({ openTablet }) => {
    const page = await openTablet({ as: 'province' });
    await page.goto('/admin/records');
    await choose(page, '查询方式', '手机号');
    await page.getByRole('textbox', { name: '手机号' }).fill('138');
    await page.getByRole('textbox', { name: '手机号' }).press('Enter');
    await expect(page.getByText('手机号应为 11 位数字')).toBeVisible();
  });

  test('are not for a nurse', async ({ openTablet }) => {
    const page = await openTablet({ as: 'nurse' });
    await page.goto('/admin/records');
    await expect(page.getByText('您的角色没有此项权限')).toBeVisible();
  });
});

test('a site admin voids a voucher with a reason; then it can no longer be printed', async ({ openTablet }) => {
  const nurse = await openTablet({ as: 'nurse' });
  const issued = await nurse.request.post('/api/trpc/vouchers.issue', { data: { code: codeOf('demo:authenticated') } });
  const { voucherNo } = (await issued.json()).result.data;
  const page = await openTablet({ as: 'site_admin' });
  await page.goto('/admin/vouchers');
  await expect(page.getByText('陈*例')).toBeVisible();
  await page.getByRole('button', { name: '作废' }).click();
  await page.getByRole('button', { name: '确认作废' }).click();
  await expect(page.getByText(/请填写作废原因|至少 2 个字/)).toBeVisible();
  await page.getByLabel('作废原因').fill('姓名打印不清');
  await page.getByRole('button', { name: '确认作废' }).click();
  await expect(page.getByText('已作废')).toBeVisible();
  await expect(page.getByRole('table').getByText('姓名打印不清')).toBeVisible();
  await nurse.goto(`/vouchers/${voucherNo}`);
  await expect(nurse.getByText('该凭证已作废,不能打印')).toBeVisible();
});

test("a site's day as a report: one A4 page that names no resident", async ({ openTablet, site }) => {
  const nurse = await openTablet({ as: 'nurse' });
  const issued: string[] = [];
  for (const key of ['demo:authenticated', 'demo:long-name']) {
    const answer = await nurse.request.post('/api/trpc/vouchers.issue', { data: { code: codeOf(key) } });
    issued.push((await answer.json()).result.data.voucherNo);
  }
  const admin = await openTablet({ as: 'site_admin' });
  await admin.request.post('/api/trpc/vouchers.void', { data: { voucherNo: issued[1], reason: '姓名打印不清' } });
  await admin.goto('/admin/vouchers');
  await admin.getByRole('combobox', { name: '状态' }).click();
  await admin.locator('.ant-select-item-option').filter({ hasText: '已作废' }).click();
  await expect(admin.getByRole('row')).toHaveCount(2);
  await admin.getByRole('link', { name: '日报' }).click();
  await expect(admin.getByRole('heading', { name: '接种凭证日报' })).toBeVisible();
  await expect(admin.getByRole('row').filter({ hasText: '苏护士' })).toContainText('苏护士210');
  await expect(admin.getByRole('row').filter({ hasText: '姓名打印不清' })).toContainText(issued[1] ?? '');
  await expect(admin.getByRole('article')).not.toContainText(resident.name);
  const pdf = await getDocument({ data: new Uint8Array(await admin.pdf({ preferCSSPageSize: true })) }).promise;
  expect(pdf.numPages).toBe(1);
  await pdf.destroy();
  await site.database.run('DELETE FROM vouchers', 'DELETE FROM voucher_serials');
  await admin.reload();
  await expect(admin.getByText('这一天没有出具凭证')).toBeVisible();
});

const issue = async (site: Console, as: 'nurse' | 'nurse2', key: string) =>
  (await ask<Voucher>(site, as, 'vouchers.issue', { code: codeOf(key) })).voucherNo;

test('a nurse prints a voucher again from its page; the site admin sees how often', async ({ openTablet, site }) => {
  const voucherNo = await issue(site, 'nurse', 'demo:authenticated');
  const nurse = await openTablet({ as: 'nurse' });
  const printed = await watchPrinting(nurse);
  await nurse.goto(`/vouchers/${voucherNo}`);
  await nurse.getByRole('button', { name: '补打凭证' }).click();
  await expect(nurse.getByText('补打 第 1 次')).toBeVisible();
  expect(await printed()).toBe(1);
  const admin = await openTablet({ as: 'site_admin' });
  await admin.goto('/admin/vouchers');
  await expect(admin.getByRole('row').filter({ hasText: voucherNo }).getByRole('cell').nth(4)).toHaveText('2');
  await admin.getByRole('link', { name: '打开' }).click();
  await admin.getByRole('button', { name: '补打凭证' }).click();
  await expect(admin.getByText('补打 第 2 次')).toBeVisible();
});

test('the province sees the vouchers of all sites, of one, by person and state, and its report', async ({
  openTablet,
  site,
}) => {
  const first = await issue(site, 'nurse', 'demo:authenticated');
  const second = await issue(site, 'nurse', 'demo:long-name');
  const elsewhere = await issue(site, 'nurse2', 'demo:authenticated');
  await ask(site, 'site_admin', 'vouchers.void', { voucherNo: second, reason: '姓名打印不清' });

  const page = await openTablet({ as: 'province' });
  const numbers = () => page.locator('tbody tr.ant-table-row td:first-child').allTextContents();
  await page.goto('/admin/vouchers');
  await expect.poll(numbers).toEqual([elsewhere, second, first]);
  await expect(page.getByRole('row').filter({ hasText: elsewhere })).toContainText('南山示例社区健康服务中心');
  for (const name of ['打开', '作废', '日报']) {
    await expect(page.getByRole('link', { name }).or(page.getByRole('button', { name }))).toHaveCount(0);
  }
  await expect(page.getByRole('combobox', { name: '核验人员' })).toBeDisabled();

  await choose(page, '状态', '已作废');
  await expect.poll(numbers).toEqual([second]);
  await choose(page, '状态', '有效');
  await expect.poll(numbers).toEqual([elsewhere, first]);
  await choose(page, '顺序', '从旧到新');
  await expect.poll(numbers).toEqual([first, elsewhere]);
  await choose(page, '接种单位', '南山示例社区健康服务中心', '440305');
  await expect.poll(numbers).toEqual([elsewhere]);
  await choose(page, '核验人员', '罗护士');
  await expect.poll(numbers).toEqual([elsewhere]);

  await page.getByRole('link', { name: '日报' }).click();
  await expect(page).toHaveURL(/\/reports\/\d{4}-\d\d-\d\d\?site=4403050001$/);
  await expect(page.getByText('接种单位:南山示例社区健康服务中心')).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: '罗护士' })).toContainText('罗护士100');

  await page.goto(`/admin/records/${resident.id}`);
  const vouchers = page.getByRole('region', { name: '接种凭证' });
  await expect(vouchers.locator('tbody tr.ant-table-row')).toHaveCount(2);
  await expect(vouchers.getByRole('row').filter({ hasText: elsewhere })).toContainText('有效');
  await expect(vouchers.getByRole('row').filter({ hasText: first })).toContainText('天河示例社区卫生服务中心');
});

test("another site's report is not for a site admin", async ({ openTablet }) => {
  const page = await openTablet({ as: 'site_admin' });
  await page.goto('/reports/2026-01-01?site=4403050001');
  await expect(page.getByText('只能查看本单位的凭证')).toBeVisible();
});

test('a record on which no voucher was issued says so', async ({ openTablet }) => {
  const page = await openTablet({ as: 'province' });
  await page.goto(`/admin/records/${resident.id}`);
  await expect(page.getByText('没有出具过接种凭证')).toBeVisible();
});

test('the auditor sees who did what', async ({ openTablet }) => {
  const nurse = await openTablet({ as: 'nurse' });
  await nurse.request.post('/api/trpc/scan.lookup', { data: { code: codeOf('demo:authenticated') } });
  const page = await openTablet({ as: 'auditor' });
  await page.goto('/admin/audit');
  await expect(
    page.getByRole('row').filter({ hasText: '扫码查询' }).filter({ hasText: '苏护士' }).first(),
  ).toBeVisible();
});

test('the sample codes of the demo', async ({ openTablet }) => {
  const page = await openTablet();
  await page.goto('/demo/codes');
  await expect(page.getByText(codeOf('demo:rare-name'))).toBeVisible();
  await expect(page.getByRole('listitem')).toHaveCount(12);
  const sample = (label: string) => page.getByRole('listitem').filter({ hasText: label }).locator('code');
  const nurse = await openTablet({ as: 'nurse' });
  await openScan(nurse);
  await scanByHand(nurse, (await sample('动态码,10 分钟内有效').textContent()) ?? '');
  await seeResident(nurse, '陈示例');
  await scanByHand(nurse, (await sample('动态码,发码机构未登记').textContent()) ?? '');
  await expect(nurse.getByText('本单位不接受未登记机构的健康码')).toBeVisible();
});

test('an address that is none', async ({ openTablet }) => {
  const page = await openTablet();
  await page.goto('/nothing/here');
  await expect(page.getByText('没有这个页面')).toBeVisible();
});

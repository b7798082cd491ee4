import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { demoRecords } from '../db/demo/records.ts';
import { codeOf } from './actions.ts';
import { expect, test } from './fixtures.ts';

const resident = demoRecords()[0];
if (!resident) throw new Error('the demo has no residents');

for (const { role, pages } of [
  { role: 'nurse', pages: ['/scan'] },
  { role: 'site_admin', pages: ['/admin/vouchers', '/admin/sites', '/admin/staff'] },
  { role: 'city', pages: ['/admin/filings', '/admin/batches', '/admin/platforms'] },
  {
    role: 'province',
    pages: ['/admin/records', '/admin/filings', '/admin/batches', '/admin/platforms', '/admin/sites', '/admin/staff'],
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
      await page.getByRole('combobox').click();
      await page.locator('.ant-select-item-option').filter({ hasText: by }).click();
      await page.getByRole('textbox', { name: by }).fill(text);
      await page
        .getByRole('button', { name: '查 询' })
        .or(page.getByRole('button', { name: '查询' }))
        .click();
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
    await page.getByRole('combobox').click();
    await page.locator('.ant-select-item-option').filter({ hasText: '手机号' }).click();
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
  site.database.exec('DELETE FROM vouchers; DELETE FROM voucher_serials');
  await admin.reload();
  await expect(admin.getByText('这一天没有出具凭证')).toBeVisible();
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
  await expect(page.getByRole('listitem')).toHaveCount(10);
});

test('an address that is none', async ({ openTablet }) => {
  const page = await openTablet();
  await page.goto('/nothing/here');
  await expect(page.getByText('没有这个页面')).toBeVisible();
});

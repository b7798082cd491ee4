import type { Page } from '@playwright/test';
import { fictionalRecord, upload } from '../server/exchange/test-exchange.ts';
import { codeOf } from './actions.ts';
import { type Console, expect, test } from './fixtures.ts';

/** As on the first day: nothing is counted, and what other tests did before is passed over. */
async function startAnew(site: Console) {
  await site.database.run(
    'DELETE FROM figures',
    'UPDATE figures_head SET last_id = (SELECT last_id FROM audit_head WHERE key = 1)',
  );
}

const card = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true });
const asTable = (page: Page, title: string) => card(page, title).getByText('表', { exact: true }).click();

async function seeNumber(page: Page, title: string, value: string) {
  const number = page.getByRole('region', { name: '数据概览' }).getByRole('listitem').filter({ hasText: title });
  await expect(number.first()).toContainText(value);
}

test('what nurses did stands on the province’s first page: in numbers, charts, and the tables behind', async ({
  openTablet,
  site,
}) => {
  await startAnew(site);
  const nurse = await openTablet({ as: 'nurse' });
  for (const key of ['demo:authenticated', 'demo:unauthenticated', 'demo:unknown', 'demo:unknown']) {
    await nurse.request.post('/api/trpc/scan.lookup', { data: { code: codeOf(key) } });
  }
  await nurse.request.post('/api/trpc/vouchers.issue', { data: { code: codeOf('demo:authenticated') } });
  const uploaded = await upload(site, {
    cdBatch: '4401261125090000042',
    records: [fictionalRecord(4201), { ...fictionalRecord(4202), phone: '' }],
  });
  expect(uploaded.status).toBe(200);

  const page = await openTablet({ as: 'province' });
  await page.goto('/admin');
  await seeNumber(page, '扫码', '4');
  await seeNumber(page, '未通过', '3');
  await seeNumber(page, '拒收率', '50.0%');
  await expect(card(page, '按时段').locator('svg')).toBeVisible();
  await asTable(page, '未通过原因');
  await expect(page.getByRole('row').filter({ hasText: '省平台没有该健康码的记录' })).toContainText('2');
  await asTable(page, '按接种单位(扫码最多的 20 个)');
  await expect(page.getByRole('row').filter({ hasText: '4401060001' })).toContainText('413');
  await asTable(page, '各市上传');
  await expect(page.getByRole('row').filter({ hasText: '广州市' })).toContainText('50.0%');
  await page.getByText('近 30 天', { exact: true }).click();
  await asTable(page, '按日');
  await expect(card(page, '按日').getByRole('row').last()).toContainText('413');

  const admin = await openTablet({ as: 'site_admin' });
  await admin.goto('/admin');
  await seeNumber(admin, '出具凭证', '1');
  await expect(card(admin, '各市上传')).toHaveCount(0);
  const city = await openTablet({ as: 'city' });
  await city.goto('/admin');
  await seeNumber(city, '上传记录', '2');
  await expect(card(city, '未通过原因')).toHaveCount(0);
});

test('on the first day it says that there is nothing yet', async ({ openTablet, site }) => {
  await startAnew(site);
  const page = await openTablet({ as: 'province' });
  await page.goto('/admin');
  await seeNumber(page, '扫码', '0');
  await expect(page.getByText('今日还没有数据')).toHaveCount(4);
});

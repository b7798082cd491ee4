/** What a city's own platform tells the province, as the city sees it: refused, said again, compared. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { DEMO_CITY } from '../db/demo/city.ts';
import { makeTestDatabase } from '../db/test-database.ts';
import { authenticated, makePhone, typed } from '../server/city/test-city.ts';
import { EVIDENCE } from './evidence.ts';
import { type Console, expect, test } from './fixtures.ts';
import { startServer } from './server.ts';

const authenticate = (site: Console, name: string) => authenticated(makePhone(site), typed(name));
const figure = (page: Page, title: string) =>
  page.locator('.ant-statistic').filter({ hasText: title }).locator('.ant-statistic-content');

/** Does something while the province has another state of affairs. */
async function during(
  site: Console,
  [table, set, where]: [string, [string, string], string],
  act: () => Promise<void>,
) {
  const [column, value] = set;
  const former = await site.database.one<string | null>(`SELECT ${column} FROM ${table} WHERE ${where}`);
  const put = (text: string | null) => site.database.set(`UPDATE ${table} SET ${column} = ? WHERE ${where}`, text);
  await put(value);
  try {
    await act();
  } finally {
    await put(former ?? null);
  }
}
const FILING_REVOKED: Parameters<typeof during>[1] = [
  'filings',
  ['state', 'revoked'],
  `app_record_no_recognize = '${DEMO_CITY.appRecordNoRecognize}'`,
];
const CREDENTIAL_REVOKED: Parameters<typeof during>[1] = [
  'credentials',
  ['revoked_at', '2026-06-01T00:00:00.000Z'],
  `app_id = '${DEMO_CITY.exchange.appId}'`,
];

/** Waits until nothing is on its way. */
async function seeSettled(page: Page) {
  await expect(figure(page, '待上报')).toHaveText('0');
  await expect(figure(page, '已发送待回执')).toHaveText('0');
}

test('a refused record is shown with its reason, said again when that is gone, and both sides agree', async ({
  site,
  openTablet,
}) => {
  const page = await openTablet({ as: 'city' });
  await page.goto('/admin/outbox');
  const row = page.getByRole('row').filter({ hasText: '李*兰' });
  await during(site, FILING_REVOKED, async () => {
    await authenticate(site, '李秀兰');
    // The page is not touched: it looks by itself.
    await expect(row).toContainText('新增');
    await expect(row).toContainText('app_record_no_recognize');
    await expect(row).toContainText('对应的备案已撤销');
    await expect(figure(page, '被拒绝')).toHaveText('1');
    await row.getByRole('button', { name: '重新上报' }).click();
    await expect(page.getByText('已按居民目前的信息重新加入上报(新增)')).toBeVisible();
    // The reason is still there.
    await expect(row).toHaveCount(0);
    await expect(row).toHaveCount(1);
  });
  const receipt = row.getByRole('link', { name: /^4401\d{15}$/ });
  const cdBatch = await receipt.textContent();
  await receipt.click();
  await expect(page).toHaveURL(`/admin/batches/${cdBatch}`);
  await expect(page.getByText('有拒绝')).toBeVisible();

  await page.goto('/admin/outbox');
  await row.getByRole('button', { name: '重新上报' }).click();
  await expect(page.getByText('没有被拒绝的记录')).toBeVisible();
  await expect(figure(page, '被拒绝')).toHaveText('0');
  await seeSettled(page);

  await page.getByRole('button', { name: '对账', exact: true }).click();
  await expect(page.getByText(/天全部一致/)).toBeVisible();
  const today = page.getByRole('row').filter({ hasText: /^\d{4}-\d{2}-\d{2}/ });
  await expect(today.last()).toContainText('一致');
  await expect(page.getByText('不一致', { exact: true })).toHaveCount(0);
});

test('all refused records are said again at once, after a question', async ({ site, openTablet }) => {
  const page = await openTablet({ as: 'city' });
  await page.goto('/admin/outbox');
  const all = page.getByRole('button', { name: '全部重新上报' });
  await expect(page.getByText('没有被拒绝的记录')).toBeVisible();
  await expect(all).toHaveCount(0);
  await during(site, FILING_REVOKED, async () => {
    for (const name of ['张同机', '孙同机']) await authenticate(site, name);
    await expect(figure(page, '被拒绝')).toHaveText('2');
  });
  await all.click();
  const dialog = page.getByRole('dialog', { name: '全部重新上报' });
  await expect(dialog).toContainText('被拒绝的 2 条记录将按居民目前的信息重新加入上报');
  await dialog.getByRole('button', { name: '取消' }).click();
  await expect(figure(page, '被拒绝')).toHaveText('2');
  await all.click();
  await dialog.getByRole('button', { name: '确认重新上报' }).click();
  await expect(page.getByText('已按居民目前的信息重新加入上报 2 条')).toBeVisible();
  await expect(page.getByText('没有被拒绝的记录')).toBeVisible();
  await expect(all).toHaveCount(0);
  await seeSettled(page);
});

test('reconciliation tells a day that differs, and compares 31 days at most', async ({ site, openTablet }) => {
  const page = await openTablet({ as: 'city' });
  await authenticate(site, '邓㛃𬭎');
  await page.goto('/admin/outbox');
  await expect(figure(page, '今日已接收')).not.toHaveText('0');
  await seeSettled(page);
  const compare = page.getByRole('button', { name: '对账', exact: true });
  const lost = ['city_outbox', ['operation', 'd'], "id = (SELECT max(id) FROM city_outbox WHERE state = 'accepted')"];
  await during(site, lost as Parameters<typeof during>[1], async () => {
    await compare.click();
    await expect(page.getByRole('cell', { name: '不一致', exact: true })).toBeVisible();
  });
  await compare.click();
  await expect(page.getByRole('cell', { name: '一致', exact: true }).last()).toBeVisible();
  await page.getByLabel('开始日期').fill('2026-01-01');
  await page.getByLabel('开始日期').press('Tab');
  await compare.click();
  await expect(page.getByText('一次最多对账 31 天')).toBeVisible();
});

test('a broken upload is told with its reason, and goes on by itself', async ({ site, openTablet }) => {
  const page = await openTablet({ as: 'city' });
  await page.goto('/admin/outbox');
  await during(site, CREDENTIAL_REVOKED, async () => {
    await authenticate(site, '阿依古丽·买买提');
    await expect(page.getByText('上报中断')).toBeVisible();
    await expect(page.getByRole('alert').filter({ hasText: '上报失败:' })).toContainText(
      /自 [\d-]{10} [\d:]{8} 起未能上报/,
    );
    await expect(figure(page, '已发送待回执')).toHaveText('1');
  });
  await expect(page.getByText('上报正常')).toBeVisible();
  await seeSettled(page);
  await page.context().setOffline(true);
  await expect(page.getByText('未能刷新:网络已断开')).toBeVisible();
  await expect(figure(page, '今日已接收')).toBeVisible();
  await page.context().setOffline(false);
  await expect(page.getByText('未能刷新:网络已断开')).toHaveCount(0);
});

test('where the platform is off, or another city’s, the page says so', async ({ openTablet }) => {
  test.slow();
  const folder = mkdtempSync(join(tmpdir(), 'console-outbox-'));
  const database = await makeTestDatabase();
  const ofShenzhen = join(folder, 'city.json');
  writeFileSync(ofShenzhen, JSON.stringify({ ...DEMO_CITY, cityCode: '4403' }));
  for (const [setting, words] of [
    ['off', '本系统未启用市级平台'],
    [ofShenzhen, '本系统启用的是其他城市的平台'],
  ] as const) {
    const server = await startServer({
      databaseUrl: database.url,
      flags: ['--demo'],
      logFile: join(EVIDENCE.browser, 'outbox.log'),
      cityPlatform: setting,
    });
    const page = await openTablet({ camera: { devices: 0 }, context: { baseURL: server.url } });
    await page.goto('/login');
    await page.getByLabel('用户名').fill('city');
    await page.getByLabel('密码').fill('demo-city');
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '上报' }).click();
    await expect(page.getByText(words)).toBeVisible();
    await expect(page.getByRole('link', { name: '返回首页' })).toHaveCount(0);
    await server.stop();
  }
  await database.drop();
  rmSync(folder, { recursive: true });
});

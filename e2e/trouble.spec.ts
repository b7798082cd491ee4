import { codeOf, openScan, PRINT, scanByHand, seeResident, seeScanning } from './actions.ts';
import { expect, test } from './fixtures.ts';

const code = codeOf('demo:authenticated');

test('no network: says so, goes back to scanning, and works again', async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse' });
  await openScan(page);
  await seeScanning(page);
  await page.context().setOffline(true);
  await scanByHand(page, code);
  await expect(page.getByText('请检查网络,恢复后重新扫码')).toBeVisible();
  await seeScanning(page);
  await expect(page.getByRole('banner').getByText('网络已断开')).toBeVisible();
  await page.context().setOffline(false);
  await scanByHand(page, code);
  await seeResident(page, '陈示例');
});

test('no network at the moment of printing: the details stay, and the next tap prints', async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse' });
  await openScan(page);
  await scanByHand(page, code);
  await seeResident(page, '陈示例');
  await page.context().setOffline(true);
  await page.getByRole('button', { name: PRINT }).click();
  await expect(page.getByText(/网络已断开 请检查网络/)).toBeVisible();
  await seeResident(page, '陈示例');
  await page.context().setOffline(false);
  await page.getByRole('button', { name: PRINT }).click();
  await expect(page.getByText(/已送打印/)).toBeVisible();
});

test('a server error is told with its request id', async ({ openTablet, site }) => {
  const page = await openTablet({ as: 'nurse' });
  await openScan(page);
  await seeScanning(page);
  await site.database.run('ALTER TABLE audit_events RENAME TO audit_events_away');
  try {
    await scanByHand(page, code);
    await expect(page.getByText('系统繁忙', { exact: true })).toBeVisible();
    await expect(page.getByText(/编号 [0-9a-f-]{36}/)).toBeVisible();
  } finally {
    await site.database.run('ALTER TABLE audit_events_away RENAME TO audit_events');
  }
  await seeScanning(page);
});

test('too many requests are told in words, with how long to wait, and scanning goes on', async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse' });
  await openScan(page);
  await seeScanning(page);
  const refusal = { code: 'TOO_MANY_REQUESTS', message: '请求过于频繁,请 7 秒后再试', field: null };
  await page.route('**/api/trpc/scan.lookup', (route) =>
    route.fulfill({ status: 429, headers: { 'retry-after': '7' }, json: refusal }),
  );
  await scanByHand(page, code);
  await expect(page.getByText('请求过于频繁,请 7 秒后再试')).toBeVisible();
  await seeScanning(page);
  await page.unroute('**/api/trpc/scan.lookup');
  await scanByHand(page, code);
  await seeResident(page, '陈示例');
});

test('a session that ended leads to the login page, and back to work', async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse' });
  await openScan(page);
  await page.context().clearCookies();
  await scanByHand(page, code);
  await expect(page).toHaveURL(/\/login$/);
  await page.getByLabel('用户名').fill('nurse');
  await page.getByLabel('密码').fill('wrong');
  await page.getByRole('button', { name: '登录' }).click();
  await expect(page.getByText('用户名或密码不正确')).toBeVisible();
  await page.getByLabel('密码').fill('demo-nurse');
  await page.getByRole('button', { name: '登录' }).click();
  await expect(page.getByText('苏护士')).toBeVisible();
});

test('who is not a nurse cannot scan', async ({ openTablet }) => {
  const page = await openTablet({ as: 'province', camera: code });
  await page.goto('/scan');
  await expect(page.getByText('扫码核验由接种护士使用')).toBeVisible();
});

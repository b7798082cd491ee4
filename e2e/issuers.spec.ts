/** Who makes dynamic codes: registered, given new secrets and revoked on the console, and what a nurse's tablet then says of their codes. */
import type { Page } from '@playwright/test';
import { cardNoOf } from '../db/demo/fixed-residents.ts';
import { dynamicCodeKeys, makeDynamicCode } from '../server/health-code/dynamic-code.ts';
import { CLIPBOARD, dialog, openScan, scanByHand, seeResident, takeSecret } from './actions.ts';
import { expect, test } from './fixtures.ts';

const issuersOf = (page: Page, city: string) =>
  page.getByRole('region', { name: city, exact: true }).getByRole('region', { name: '发码机构' });

async function register(page: Page, city: string, code: string, label: string) {
  await issuersOf(page, city).getByRole('button', { name: '登记机构' }).click();
  await page.getByLabel('机构标识').fill(code);
  await page.getByLabel('用途').fill(label);
  await page.getByLabel('用途').press('Enter');
}

let made = 0;
/** A code of somebody who is authenticated, another each time: the same one soon again is taken for a scanner's bounce. */
const codeBy = (issuer: string, secret: string) =>
  makeDynamicCode(dynamicCodeKeys(secret), {
    ...{ cardNo: cardNoOf('demo:authenticated'), issuer, expiresAt: new Date(Date.now() + 60_000 + 1000 * ++made) },
  });

test('a city registers an issuer, whose codes are read until it is revoked', async ({ openTablet }) => {
  const page = await openTablet({ as: 'city', context: CLIPBOARD });
  await page.goto('/admin/platforms');
  const issuers = issuersOf(page, '广州市');
  await issuers.getByRole('button', { name: '登记机构' }).click();
  await dialog(page, '登记发码机构').getByRole('button', { name: '登记并生成密钥' }).click();
  await expect(page.getByText('请填写机构标识')).toBeVisible();
  await expect(page.getByText('请填写用途')).toBeVisible();
  await page.getByLabel('机构标识').fill('广州');
  await page.getByLabel('用途').fill('市民健康应用');
  await page.getByLabel('用途').press('Enter');
  await expect(page.getByText('机构标识应由 1 至 64 位字母、数字、下划线或连字符组成')).toBeVisible();
  await page.getByLabel('机构标识').fill('gzapp');
  await page.getByLabel('机构标识').press('Enter');
  const { holder, secret } = await takeSecret(page, '发码机构已登记');
  expect(holder).toBe('GZAPP');
  const row = issuers.getByRole('row').filter({ hasText: 'GZAPP' });
  await expect(row).toContainText('市民健康应用');
  await expect(row).toContainText('有效');

  const tablet = await openTablet({ as: 'nurse' });
  await openScan(tablet);
  const code = () => codeBy(holder, secret);
  await scanByHand(tablet, code());
  await seeResident(tablet, '陈示例');

  await row.getByRole('button', { name: '吊销' }).click();
  await expect(dialog(page, '吊销发码机构').getByText('从下一次扫码起该机构的动态码一律被拒绝')).toBeVisible();
  await dialog(page, '吊销发码机构').getByRole('button', { name: '确认吊销' }).click();
  await expect(row).toContainText('已吊销');
  await expect(row.getByRole('button')).toHaveCount(0);
  await scanByHand(tablet, code());
  await expect(tablet.getByText('不是有效的电子健康码')).toBeVisible();

  await register(page, '广州市', 'GZAPP', '再次登记');
  await expect(page.getByText('该机构标识已被使用')).toBeVisible();
});

test('an issuer gets a new secret, and its app may go on with the old one for a day', async ({ openTablet, site }) => {
  const page = await openTablet({ as: 'city', context: CLIPBOARD });
  await page.goto('/admin/platforms');
  await register(page, '广州市', 'GZTURN', '市民健康应用');
  const first = await takeSecret(page, '发码机构已登记');
  const row = issuersOf(page, '广州市').getByRole('row').filter({ hasText: 'GZTURN' });
  await expect(row).not.toContainText('旧密钥');

  const asking = dialog(page, '更换发码机构密钥');
  const rotate = async () => {
    await row.getByRole('button', { name: '更换密钥' }).click();
    await expect(asking.getByText('GZTURN')).toBeVisible();
    await expect(asking.getByText('现用密钥在 24 小时内仍可使用')).toBeVisible();
  };
  await rotate();
  await expect(asking.getByText('上次更换前的密钥')).toHaveCount(0);
  await asking.getByRole('button', { name: '取消' }).click();
  await expect(asking).toHaveCount(0);
  await expect(row).not.toContainText('旧密钥');

  await rotate();
  await asking.getByRole('button', { name: '生成新密钥' }).click();
  await expect(dialog(page, '密钥已更换').getByText('旧密钥的停用时间见发码机构列表')).toBeVisible();
  const second = await takeSecret(page, '密钥已更换');
  expect(second.holder).toBe('GZTURN');
  expect(second.secret).not.toBe(first.secret);
  await expect(row).toContainText(/有效旧密钥可用至 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);

  const tablet = await openTablet({ as: 'nurse' });
  await openScan(tablet);
  await scanByHand(tablet, codeBy('GZTURN', first.secret));
  await seeResident(tablet, '陈示例');
  const lookups = async (...secrets: string[]) => {
    const answers = secrets.map((secret) =>
      tablet.request.post('/api/trpc/scan.lookup', { data: { code: codeBy('GZTURN', secret) } }),
    );
    return (await Promise.all(answers)).map((answer) => answer.status());
  };
  expect(await lookups(first.secret, second.secret)).toEqual([200, 200]);
  await site.database.run("UPDATE code_issuers SET previous_until = '2026-01-01T00:00:00.000Z' WHERE code = 'GZTURN'");
  await scanByHand(tablet, codeBy('GZTURN', first.secret));
  await expect(tablet.getByText('不是有效的电子健康码')).toBeVisible();
  await page.reload();
  await expect(row).not.toContainText('旧密钥');

  await rotate();
  await asking.getByRole('button', { name: '生成新密钥' }).click();
  const third = await takeSecret(page, '密钥已更换');
  expect(await lookups(first.secret, second.secret, third.secret)).toEqual([409, 200, 200]);
  await rotate();
  await expect(asking.getByText(/上次更换前的密钥原可用至 .+,本次更换后立即失效/)).toBeVisible();
  await asking.getByRole('button', { name: '生成新密钥' }).click();
  const fourth = await takeSecret(page, '密钥已更换');
  expect(await lookups(second.secret, third.secret, fourth.secret)).toEqual([409, 200, 200]);
});

test('the province registers an issuer for a city, which another city does not see', async ({ openTablet }) => {
  const province = await openTablet({ as: 'province', context: CLIPBOARD });
  await province.goto('/admin/platforms');
  await register(province, '深圳市', 'SZAPP', '联调测试');
  await takeSecret(province, '发码机构已登记');
  await expect(issuersOf(province, '深圳市').getByText('SZAPP')).toBeVisible();
  await expect(issuersOf(province, '广州市').getByText('SZAPP')).toHaveCount(0);

  const city = await openTablet({ as: 'city' });
  await city.goto('/admin/platforms');
  await expect(issuersOf(city, '广州市')).toBeVisible();
  await expect(city.getByText('SZAPP')).toHaveCount(0);
});

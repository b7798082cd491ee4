/** Who makes dynamic codes: registered and revoked on the console, and what a nurse's tablet then says of their codes. */
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
  const code = () =>
    makeDynamicCode(dynamicCodeKeys(secret), {
      ...{ cardNo: cardNoOf('demo:authenticated'), issuer: holder, expiresAt: new Date(Date.now() + 60_000) },
    });
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

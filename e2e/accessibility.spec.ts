/** No page has a serious or critical fault that axe finds; the console's lists and dialogs work by keyboard alone. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { demoRecords } from '../db/demo/records.ts';
import { changeFirstPassword, codeOf, openScan, scanByHand, seeRefused, seeResident, signIn } from './actions.ts';
import { expect, test } from './fixtures.ts';

async function seeNoFaults(page: Page): Promise<void> {
  // Nothing half-faded: colours are judged as they stay.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.waitForTimeout(400);
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(
    grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`)}`),
  ).toEqual([]);
}

const person = demoRecords()[0];
/** Each page of a role, and what stands on it once it is ready. */
const PAGES: { role: 'nurse' | 'site_admin' | 'city' | 'province' | 'auditor'; path: string; ready: string }[] = [
  { role: 'province', path: '/admin', ready: '统计至' },
  { role: 'province', path: '/admin/records', ready: '何*记' },
  { role: 'province', path: `/admin/records/${person?.id}`, ready: '记录内容' },
  { role: 'province', path: '/admin/filings', ready: '示例健康通' },
  { role: 'province', path: '/admin/filings/1', ready: '申请表' },
  { role: 'province', path: '/filings/1', ready: '申请表' },
  { role: 'province', path: '/admin/batches', ready: '批次' },
  { role: 'province', path: '/admin/platforms', ready: 'demo-4401' },
  { role: 'province', path: '/admin/vouchers', ready: '凭证管理' },
  { role: 'province', path: '/admin/sites', ready: '天河示例社区卫生服务中心' },
  { role: 'province', path: '/admin/staff', ready: '苏护士' },
  { role: 'city', path: '/admin', ready: '统计至' },
  { role: 'city', path: '/admin/filings', ready: '示例健康通' },
  { role: 'city', path: '/admin/batches', ready: '批次' },
  { role: 'city', path: '/admin/platforms', ready: '发码机构' },
  { role: 'city', path: '/admin/outbox', ready: '没有被拒绝的记录' },
  { role: 'site_admin', path: '/admin/vouchers', ready: '凭证管理' },
  { role: 'site_admin', path: '/admin', ready: '统计至' },
  { role: 'site_admin', path: '/admin/sites', ready: '天河示例社区卫生服务中心' },
  { role: 'site_admin', path: '/admin/staff', ready: '苏护士' },
  { role: 'auditor', path: '/admin/audit', ready: '审计记录' },
  { role: 'auditor', path: '/account', ready: '获取二维码' },
  { role: 'nurse', path: '/account', ready: '锁屏 PIN' },
  { role: 'nurse', path: '/admin', ready: '扫码核验' },
  { role: 'nurse', path: '/admin/records', ready: '您的角色没有此项权限' },
];

for (const role of [...new Set(PAGES.map((page) => page.role))]) {
  test(`the pages of ${role}`, async ({ openTablet }) => {
    test.slow();
    const page = await openTablet({ as: role });
    for (const { path, ready } of PAGES.filter((each) => each.role === role)) {
      await test.step(path, async () => {
        await page.goto(path);
        await expect(page.getByText(ready).first()).toBeVisible();
        await expect(page.locator('.ant-spin-spinning')).toHaveCount(0);
        await seeNoFaults(page);
      });
    }
  });
}

test('the pages of everybody', async ({ openTablet }) => {
  test.slow();
  const page = await openTablet();
  for (const [path, ready] of [
    ['/login', '登录'],
    ['/demo/codes', '长姓名'],
    ['/exchange/docs', '上传'],
    ['/phone', '接种疫苗'],
    ['/phone/authenticate/self', '个人信息处理告知书'],
    ['/nothing/here', '没有这个页面'],
  ] as const) {
    await test.step(path, async () => {
      await page.goto(path);
      await expect(page.getByText(ready).first()).toBeVisible();
      await seeNoFaults(page);
    });
  }
});

test('the scan page, its results and the voucher', async ({ openTablet }) => {
  test.slow();
  const page = await openTablet({ as: 'nurse' });
  await openScan(page);
  await seeNoFaults(page);
  await scanByHand(page, codeOf('demo:unauthenticated'));
  await seeRefused(page);
  await seeNoFaults(page);
  await scanByHand(page, codeOf('demo:authenticated'));
  await seeResident(page, '陈示例');
  await seeNoFaults(page);
  const issued = await page.request.post('/api/trpc/vouchers.issue', { data: { code: codeOf('demo:authenticated') } });
  await page.goto(`/vouchers/${(await issued.json()).result.data.voucherNo}`);
  await expect(page.getByRole('button', { name: '补打凭证' })).toBeVisible();
  await seeNoFaults(page);
});

test('the lock screen, and the first change of password', async ({ openTablet }) => {
  const province = await openTablet({ as: 'province' });
  const page = await openTablet();
  const person = { username: `axe.${process.pid}`, name: '新护士', role: 'nurse', siteCode: '4401060001' };
  const made = await province.request.post('/api/trpc/staff.create', { data: person });
  const { password } = (await made.json()).result.data;
  await signIn(page, person.username, password);
  await page.waitForURL('/login/password');
  await expect(page.getByRole('button', { name: '修改密码' })).toBeVisible();
  await seeNoFaults(page);
  const changed = await changeFirstPassword(page, password);
  await page.getByRole('button', { name: '锁定' }).click();
  await expect(page.getByLabel('设置 6 位 PIN')).toBeVisible();
  await seeNoFaults(page);
  await page.getByLabel('密码', { exact: true }).fill(changed);
  await page.getByRole('button', { name: '解锁', exact: true }).click();
  await expect(page.getByRole('heading', { name: '扫码核验' })).toBeVisible();
  await page.request.post('/api/trpc/account.setPin', { data: { password: changed, pin: '493817' } });
  await page.getByRole('button', { name: '锁定' }).click();
  await expect(page.getByRole('button', { name: '清除' })).toBeVisible();
  await seeNoFaults(page);
});

test('dialogs and menus', async ({ openTablet }) => {
  test.slow();
  const province = await openTablet({ as: 'province' });
  await province.goto(`/admin/records/${person?.id}`);
  await province.getByRole('button', { name: '查看完整信息' }).click();
  await expect(province.getByRole('dialog')).toBeVisible();
  await seeNoFaults(province);
  await province.goto('/admin/records');
  await province.getByRole('button', { name: '列设置' }).click();
  await seeNoFaults(province);
  await province.goto('/admin/platforms');
  await province.getByRole('button', { name: '登记机构' }).first().click();
  await expect(province.getByRole('dialog')).toBeVisible();
  await seeNoFaults(province);
  await province.goto('/admin/staff');
  await province.getByRole('button', { name: '新增人员' }).click();
  await expect(province.getByRole('dialog')).toBeVisible();
  await seeNoFaults(province);
});

test('voiding, and the day’s report', async ({ openTablet }) => {
  test.slow();
  const nurse = await openTablet({ as: 'nurse' });
  await nurse.request.post('/api/trpc/vouchers.issue', { data: { code: codeOf('demo:authenticated') } });
  const admin = await openTablet({ as: 'site_admin' });
  await admin.goto('/admin/vouchers');
  await admin.getByRole('button', { name: '作废' }).click();
  await expect(admin.getByRole('dialog')).toBeVisible();
  await seeNoFaults(admin);
  await admin.goto('/admin/vouchers');
  await admin.getByRole('link', { name: '日报' }).click();
  await expect(admin.getByRole('heading', { name: '接种凭证日报' })).toBeVisible();
  await seeNoFaults(admin);
});

test('an audit event in full, and the check of the trail', async ({ openTablet }) => {
  test.slow();
  const page = await openTablet({ as: 'auditor' });
  await page.goto('/admin/audit');
  await page.getByRole('button', { name: '展开行' }).first().click();
  await expect(page.getByText('本条校验值')).toBeVisible();
  await page.getByRole('button', { name: '校验' }).click();
  await expect(page.getByText(/审计记录完整,共/)).toBeVisible();
  await seeNoFaults(page);
  await page.getByRole('combobox', { name: '操作' }).click();
  await seeNoFaults(page);
});

test('records are searched, opened and revealed by keyboard alone', async ({ openTablet }) => {
  const page = await openTablet({ as: 'province' });
  await page.goto('/admin/records');
  await expect(page.getByRole('row').nth(2)).toBeVisible();
  const tabTo = async (wanted: ReturnType<Page['getByRole']>) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press('Tab');
      if (await wanted.evaluate((element) => element.contains(document.activeElement))) return;
    }
    throw new Error(`not reached by the Tab key: ${wanted}`);
  };
  await tabTo(page.getByRole('combobox', { name: '查询方式' }));
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('.ant-select-item-option').filter({ hasText: '手机号' })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const field = page.getByRole('textbox', { name: '手机号' });
  await expect(field).toBeVisible();
  await tabTo(field);
  await page.keyboard.type(person?.phone ?? '');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row')).toHaveCount(2);
  await tabTo(page.getByRole('link', { name: '查看' }));
  await page.keyboard.press('Enter');
  await tabTo(page.getByRole('button', { name: '查看完整信息' }));
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('查看原因')).toBeFocused();
  await page.keyboard.type('居民申请更正登记信息');
  await tabTo(page.getByRole('dialog').getByRole('button', { name: '查看', exact: true }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('cell', { name: person?.idcode ?? '' })).toBeVisible();
});

import type { Page } from '@playwright/test';
import { codeOfApp } from '../server/account/test-account.ts';
import { changeFirstPassword, choose, codeOf, openScan, scanByHand, seeResident, signIn } from './actions.ts';
import { expect, test } from './fixtures.ts';

const PIN = '493817';
let number = 0;
const next = () => `${process.pid}.${++number}`;

/** Calls a procedure as whoever is signed in on the page. */
async function call(page: Page, procedure: string, input: object) {
  const response = await page.request.post(`/api/trpc/${procedure}`, { data: input });
  expect(response.status(), procedure).toBe(200);
  return (await response.json()).result.data;
}

/** Somebody new, with the password that was shown. */
async function newcomer(province: Page, place: object): Promise<{ username: string; password: string }> {
  return call(province, 'staff.create', { username: `login.${next()}`, name: '新示例', ...place });
}
const NURSE = { role: 'nurse', siteCode: '4401060001' };

/** A nurse at a tablet, with a PIN. */
async function nurseWithPin(province: Page, tablet: Page) {
  const { username, password: first } = await newcomer(province, NURSE);
  await signIn(tablet, username, first);
  const password = await changeFirstPassword(tablet, first);
  await call(tablet, 'account.setPin', { password, pin: PIN });
  await openScan(tablet);
  return { username, password };
}

/** A nurse's, whose clock the test moves, with a resident on the screen. */
async function tabletWithResident(openTablet: (options?: { as?: 'province' }) => Promise<Page>): Promise<Page> {
  const province = await openTablet({ as: 'province' });
  const tablet = await openTablet();
  await tablet.clock.install();
  await nurseWithPin(province, tablet);
  await scanByHand(tablet, codeOf('demo:authenticated'));
  await seeResident(tablet, '陈示例');
  return tablet;
}

async function tapPin(page: Page, pin: string) {
  for (const digit of pin) await page.getByRole('button', { name: digit, exact: true }).click();
}

const seeLocked = (page: Page) => expect(page.getByRole('heading', { name: '屏幕已锁定' })).toBeVisible();

test('the first sign-in leads to a change of password, and nowhere else before it', async ({ openTablet }) => {
  const province = await openTablet({ as: 'province' });
  const tablet = await openTablet();
  const { username, password } = await newcomer(province, NURSE);
  await signIn(tablet, username, password);
  await expect(tablet.getByRole('heading', { name: '首次登录,请修改密码' })).toBeVisible();
  for (const path of ['/scan', '/admin', '/account', '/']) {
    await tablet.goto(path);
    await tablet.waitForURL('/login/password');
  }
  await tablet.getByLabel('当前密码').fill(password);
  const change = async (to: string, again: string) => {
    await tablet.getByLabel('新密码', { exact: true }).fill(to);
    await tablet.getByLabel('再次输入新密码').fill(again);
    await tablet.getByRole('button', { name: '修改密码' }).click();
  };
  await change('Good-enough-1', 'Good-enough-2');
  await expect(tablet.getByText('两次输入的新密码不一致')).toBeVisible();
  await change('short-1', 'short-1');
  await expect(tablet.getByText('密码至少需要 10 个字符')).toBeVisible();
  await change('P@ssw0rd123', 'P@ssw0rd123');
  await expect(tablet.getByText('这个密码太常见,请换一个')).toBeVisible();
  await changeFirstPassword(tablet, password);
  await expect(tablet.getByRole('heading', { name: '扫码核验' })).toBeVisible();
});

test('five wrong passwords make a name wait; the page says how long, and an administrator lifts it', async ({
  openTablet,
}) => {
  const province = await openTablet({ as: 'province' });
  const tablet = await openTablet();
  const { username, password } = await newcomer(province, NURSE);
  await signIn(tablet, username, 'wrong');
  await expect(tablet.getByText('用户名或密码不正确', { exact: true })).toBeVisible();
  for (const _ of [2, 3, 4, 5]) {
    const answered = tablet.waitForResponse((response) => response.url().includes('/sign-in/'));
    await tablet.getByRole('button', { name: '登录' }).click();
    await answered;
  }
  await expect(tablet.getByText('用户名或密码不正确,请 1 分钟后再试')).toBeVisible();
  await signIn(tablet, username, password);
  await expect(tablet.getByText(/^登录失败次数过多,请 (1 分钟|\d+ 秒)后再试$/)).toBeVisible();

  await province.goto('/admin/staff');
  await choose(province, '查询方式', '用户名');
  await province.getByLabel('查找', { exact: true }).fill(username);
  await province.getByLabel('查找', { exact: true }).press('Enter');
  const row = province.getByRole('row').filter({ hasText: username });
  await expect(row).toContainText('暂停登录');
  await province.getByRole('button', { name: '更多操作 新示例' }).click();
  await province.getByRole('menuitem', { name: '解除登录等待' }).click();
  await province.getByRole('button', { name: '确认解除登录等待' }).click();
  await expect(row).toContainText('正常');
  await signIn(tablet, username, password);
  await tablet.waitForURL('/login/password');
});

test('a second factor is set up with a QR code, asked for, and replaced by a backup code', async ({ openTablet }) => {
  const province = await openTablet({ as: 'province' });
  const page = await openTablet();
  const { username, password: first } = await newcomer(province, { role: 'auditor' });
  await signIn(page, username, first);
  const password = await changeFirstPassword(page, first);
  await page.getByRole('link', { name: '新示例,我的账号' }).click();
  const enrolment = page.waitForResponse((response) => response.url().includes('account.enrolTotp'));
  await page.getByLabel('密码', { exact: true }).fill(password);
  await page.getByRole('button', { name: '获取二维码' }).click();
  const { uri, backupCodes } = (await (await enrolment).json()).result.data;
  await expect(page.getByRole('img', { name: '两步验证的二维码' })).toBeVisible();
  await page.getByLabel('验证码').fill('000000');
  await page.getByRole('button', { name: '启用两步验证' }).click();
  await expect(page.getByText('验证码不正确,请确认手机时间准确')).toBeVisible();
  await page.getByLabel('验证码').fill(codeOfApp(uri));
  await page.getByRole('button', { name: '启用两步验证' }).click();
  await expect(page.getByText(backupCodes[0])).toBeVisible();
  await page.getByRole('button', { name: '我已妥善保存' }).click();
  await expect(page.getByText('已启用。更换手机时先停用')).toBeVisible();

  await signIn(page, username, password);
  await page.getByLabel('验证码').fill('000000');
  await page.getByRole('button', { name: '继续' }).click();
  await expect(page.getByText('验证码不正确', { exact: true })).toBeVisible();
  await page.getByLabel('验证码').fill(codeOfApp(uri, 1));
  await page.getByRole('button', { name: '继续' }).click();
  await page.waitForURL('/admin');
  await signIn(page, username, password);
  await page.getByLabel('验证码').fill(backupCodes[0]);
  await page.getByRole('button', { name: '继续' }).click();
  await page.waitForURL('/admin');
});

test('a tablet that nobody touches locks, with nothing of the resident left, and a reload stays locked', async ({
  openTablet,
}) => {
  const tablet = await tabletWithResident(openTablet);
  await tablet.clock.fastForward('04:00');
  await expect(tablet.getByRole('heading', { name: '扫码核验' })).toBeVisible();
  // Touched within the five minutes: they begin anew.
  await tablet.getByRole('heading', { name: '扫码核验' }).click();
  await scanByHand(tablet, codeOf('demo:authenticated'));
  await seeResident(tablet, '陈示例');
  await tablet.clock.fastForward('05:01');
  await seeLocked(tablet);
  expect(await tablet.content()).not.toContain('陈示例');
  await expect(tablet.getByText('请输入 6 位 PIN 解锁')).toBeVisible();
  await tablet.reload();
  await seeLocked(tablet);
  const refused = await tablet.request.post('/api/trpc/scan.lookup', { data: { code: codeOf('demo:authenticated') } });
  expect((await refused.json()).error.data.error.code).toBe('SESSION_LOCKED');
  await tapPin(tablet, PIN);
  await expect(tablet.getByRole('heading', { name: '扫码核验' })).toBeVisible();
});

test('idle time is one for all tabs: a paper is left for the lock, and a new tab finds it', async ({ openTablet }) => {
  const tablet = await tabletWithResident(openTablet);
  const issued = await tablet.request.post('/api/trpc/vouchers.issue', {
    data: { code: codeOf('demo:authenticated') },
  });
  const { voucherNo } = (await issued.json()).result.data;
  await tablet.goto(`/vouchers/${voucherNo}`);
  await expect(tablet.getByRole('button', { name: '补打凭证' })).toBeVisible();
  await tablet.clock.fastForward('05:01');
  await seeLocked(tablet);
  expect(await tablet.content()).not.toContain('陈示例');
  const other = await tablet.context().newPage();
  await other.goto(`/vouchers/${voucherNo}`);
  await seeLocked(other);
});

test('an office that nobody touches is signed out, in all tabs', async ({ openTablet }) => {
  const page = await openTablet();
  await page.clock.install();
  await signIn(page, 'auditor', 'demo-auditor');
  await page.waitForURL('/admin');
  const role = page.getByText('审计员', { exact: true });
  await expect(role).toBeVisible();
  await page.clock.fastForward('29:00');
  await role.click();
  await page.clock.fastForward('02:00');
  await expect(page).toHaveURL('/admin');
  await page.clock.fastForward('30:01');
  await expect(page.getByText('长时间未操作,已自动退出登录')).toBeVisible();
  const refused = await page.request.get('/api/trpc/staff.me');
  expect(refused.status()).toBe(401);
});

test('an address can lead a sign-in nowhere else', async ({ openTablet }) => {
  const page = await openTablet();
  for (const where of ['next', 'return_to', 'redirect', 'callbackURL', 'why']) {
    await page.goto(`/login?${where}=https://evil.example/&${where}=//evil.example`);
    await page.getByLabel('用户名').fill('auditor');
    await page.getByLabel('密码', { exact: true }).fill('demo-auditor');
    await page.getByRole('button', { name: '登录' }).click();
    await page.waitForURL('/admin');
    await expect(page.locator('[href*="evil"], [src*="evil"], [action*="evil"]')).toHaveCount(0);
  }
});

test('the lock takes a PIN from hands, and nothing from a scanner', async ({ openTablet }) => {
  const province = await openTablet({ as: 'province' });
  const tablet = await openTablet();
  const { password } = await nurseWithPin(province, tablet);
  await tablet.getByRole('button', { name: '锁定' }).click();
  await seeLocked(tablet);
  const unlocks: string[] = [];
  tablet.on('request', (request) => {
    if (request.url().includes('account.unlock')) unlocks.push(request.url());
  });
  await expect(tablet.getByRole('status', { name: '已输入 0 位' })).toBeVisible();
  await scanByHand(tablet, codeOf('demo:authenticated'));
  await expect(tablet.getByText('屏幕已锁定,扫码枪的输入已忽略')).toBeVisible();
  await scanByHand(tablet, PIN);
  await expect(tablet.getByRole('status', { name: '已输入 0 位' })).toBeVisible();
  await tablet.getByRole('button', { name: '用密码解锁' }).click();
  await tablet.getByLabel('密码').click();
  await scanByHand(tablet, codeOf('demo:authenticated'));
  await expect(tablet.getByText('屏幕已锁定,扫码枪的输入已忽略')).toBeVisible();
  await expect(tablet.getByLabel('密码')).toHaveValue('');
  expect(unlocks).toEqual([]);
  await tablet.getByLabel('密码').fill(password);
  await tablet.getByRole('button', { name: '解锁', exact: true }).click();
  await expect(tablet.getByRole('heading', { name: '扫码核验' })).toBeVisible();
  await tablet.getByRole('button', { name: '锁定' }).click();
  await expect(tablet.getByRole('status', { name: '已输入 0 位' })).toBeVisible();
  await tablet.keyboard.type(PIN, { delay: 120 });
  await expect(tablet.getByRole('heading', { name: '扫码核验' })).toBeVisible();
});

test('without a PIN the password unlocks, and sets one; five wrong PINs end the session', async ({ openTablet }) => {
  const province = await openTablet({ as: 'province' });
  const tablet = await openTablet();
  const { username, password: first } = await newcomer(province, NURSE);
  await signIn(tablet, username, first);
  const password = await changeFirstPassword(tablet, first);
  await tablet.getByRole('button', { name: '锁定' }).click();
  await tablet.getByLabel('密码', { exact: true }).fill(password);
  const newPin = tablet.getByLabel('设置 6 位 PIN');
  await newPin.fill('123456');
  await tablet.getByRole('button', { name: '解锁', exact: true }).click();
  await expect(tablet.getByText('PIN 过于简单,请勿使用重复或连续的数字')).toBeVisible();
  await newPin.fill(PIN);
  await tablet.getByRole('button', { name: '解锁', exact: true }).click();
  await expect(tablet.getByRole('heading', { name: '扫码核验' })).toBeVisible();
  await tablet.getByRole('button', { name: '锁定' }).click();
  for (const left of [4, 3, 2, 1]) {
    await tapPin(tablet, '111222');
    await expect(tablet.getByText(`PIN 不正确,还可以再试 ${left} 次`)).toBeVisible();
  }
  await tapPin(tablet, '111222');
  await expect(tablet.getByText('连续输错 5 次,请用密码重新登录')).toBeVisible();
  await expect(tablet).toHaveURL(/\/login/);
});

test('one tap signs out everywhere', async ({ openTablet }) => {
  const province = await openTablet({ as: 'province' });
  const [tablet, other] = [await openTablet(), await openTablet()];
  const { username, password: first } = await newcomer(province, NURSE);
  await signIn(tablet, username, first);
  const password = await changeFirstPassword(tablet, first);
  await signIn(other, username, password);
  await expect(other.getByRole('heading', { name: '扫码核验' })).toBeVisible();
  await tablet.getByRole('link', { name: '新示例,我的账号' }).click();
  await tablet.getByRole('button', { name: '在所有设备上退出登录' }).click();
  await tablet.getByRole('button', { name: '确认在所有设备上退出登录' }).click();
  await tablet.waitForURL('/login');
  await scanByHand(other, codeOf('demo:authenticated'));
  await other.waitForURL('/login');
});

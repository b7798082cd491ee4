import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { gb18030 } from '../server/exchange/test-exchange.ts';
import type { SaveSiteInput } from '../server/sites/schema.ts';
import {
  changeFirstPassword,
  codeOf,
  confirmAndPrint,
  dynamicCodeOf,
  scanByHand,
  seeResident,
  signIn,
  watchPrinting,
} from './actions.ts';
import { expect, test } from './fixtures.ts';

const OWN = '4401060001';
let number = 0;
/** Tests that share a server don't share people and sites. */
const next = () => `${process.pid}.${++number}`;
const nextCode = () => `4401${String(process.pid % 1000).padStart(3, '0')}${String(++number).padStart(3, '0')}`;

/** An option of the list that is open, once it stands still: a moving one slips away below the pointer. */
const option = (page: Page, text: string) =>
  page.locator('.ant-select-dropdown:not([class*="ant-slide-up"]) .ant-select-item-option').filter({ hasText: text });

async function choose(form: Locator, label: string, text: string) {
  await form.getByLabel(label, { exact: true }).click();
  await option(form.page(), text).click();
}

/** Calls a procedure as whoever is signed in on the page. */
async function call(page: Page, procedure: string, input: object) {
  const response = await page.request.post(`/api/trpc/${procedure}`, { data: input });
  expect(response.status(), procedure).toBe(200);
  return (await response.json()).result.data;
}

/** A nurse of a site of its own, signed in. */
async function nurseAt(province: Page, tablet: Page, settings: Partial<SaveSiteInput>) {
  const code = nextCode();
  await call(province, 'sites.create', { code, name: '设置示例门诊', divisionCode: '440106', ...settings });
  const person = { username: `set.${next()}`, name: '设护士', role: 'nurse', siteCode: code };
  const { password } = await call(province, 'staff.create', person);
  await signIn(tablet, person.username, password);
  await changeFirstPassword(tablet, password);
  await expect(tablet.getByRole('heading', { name: '扫码核验' })).toBeVisible();
  return person;
}

const dialog = (page: Page) => page.getByRole('dialog');

async function more(page: Page, name: string, action: string) {
  await page.getByRole('button', { name: `更多操作 ${name}` }).click();
  await page.getByRole('menuitem', { name: action }).click();
  await page.getByRole('button', { name: `确认${action}` }).click();
}

/** Looks for a username. */
async function find(page: Page, username: string) {
  await page.goto('/admin/staff');
  await choose(page.getByRole('main'), '查询方式', '用户名');
  await page.getByLabel('查找', { exact: true }).fill(username);
  await page.getByLabel('查找', { exact: true }).press('Enter');
  await expect(page.getByRole('row').filter({ hasText: username })).toBeVisible();
}

test('the province makes a site and a nurse for it, who signs in with the password that is shown', async ({
  openTablet,
}) => {
  const page = await openTablet({ as: 'province' });
  const [code, username] = [nextCode(), `new.${next()}`];
  await page.goto('/admin/sites');
  await page.getByRole('button', { name: '新增接种单位' }).click();
  await dialog(page).getByRole('button', { name: '新增' }).click();
  await expect(dialog(page).getByText('接种单位编码应为 10 位数字')).toBeVisible();
  await expect(dialog(page).getByText('请选择区县')).toBeVisible();
  await page.getByLabel('单位编码').fill(OWN);
  await dialog(page).getByLabel('名称').fill(`白云示例门诊 ${code}`);
  await choose(dialog(page), '所在区县', '白云区');
  await dialog(page).getByRole('button', { name: '新增' }).click();
  await expect(dialog(page).getByText('该编码的接种单位已存在')).toBeVisible();
  await page.getByLabel('单位编码').fill(code);
  await dialog(page).getByRole('button', { name: '新增' }).click();
  await expect(dialog(page)).toHaveCount(0);
  await page.getByLabel('名称', { exact: true }).fill('白云');
  await page.getByLabel('名称', { exact: true }).press('Enter');
  await expect(page.getByRole('row').filter({ hasText: code })).toContainText('广州市白云区');
  await page.getByRole('button', { name: `修改 白云示例门诊 ${code}` }).click();
  await dialog(page).getByLabel('下一站').fill('三楼登记处');
  await dialog(page).getByRole('button', { name: '保存' }).click();
  await expect(page.getByRole('row').filter({ hasText: code })).toContainText('三楼登记处');

  await page.goto('/admin/staff');
  await page.getByRole('button', { name: '新增人员' }).click();
  await dialog(page).getByLabel('用户名').fill(username);
  await dialog(page).getByLabel('姓名').fill('新护士');
  await choose(dialog(page), '角色', '接种护士');
  await dialog(page).getByLabel('接种单位').fill('白云');
  await option(page, code).click();
  await dialog(page).getByRole('button', { name: '新增' }).click();
  await expect(page.getByText('密码只显示这一次')).toBeVisible();
  const password = (await dialog(page).locator('code').textContent()) ?? '';
  await page.getByRole('button', { name: '我已妥善保存' }).click();
  await expect(page.getByText(password)).toHaveCount(0);

  const tablet = await openTablet();
  await signIn(tablet, username, password);
  await changeFirstPassword(tablet, password);
  await expect(tablet.getByText(`白云示例门诊 ${code}`)).toBeVisible();
  await expect(tablet.getByRole('heading', { name: '扫码核验' })).toBeVisible();
});

test('a lock ends the session: the next scan leads to the login page, which says why', async ({ openTablet }) => {
  const province = await openTablet({ as: 'province' });
  const tablet = await openTablet();
  const person = { username: `lock.${next()}`, name: '停护士', role: 'nurse', siteCode: OWN };
  const { password: first } = await call(province, 'staff.create', person);
  await signIn(tablet, person.username, first);
  const password = await changeFirstPassword(tablet, first);
  await expect(tablet.getByRole('heading', { name: '扫码核验' })).toBeVisible();
  await scanByHand(tablet, codeOf('demo:authenticated'));
  await seeResident(tablet, '陈示例');
  await tablet.getByRole('button', { name: '信息不符,返回扫码' }).click();

  await find(province, person.username);
  await more(province, person.name, '停用账号');
  await expect(province.getByRole('row').filter({ hasText: person.username })).toContainText('已停用');

  await scanByHand(tablet, codeOf('demo:authenticated'));
  await tablet.waitForURL('/login');
  await signIn(tablet, person.username, password);
  await expect(tablet.getByText('账号已停用,请联系管理员')).toBeVisible();

  await more(province, person.name, '启用账号');
  await expect(province.getByRole('row').filter({ hasText: person.username })).toContainText('正常');
  await more(province, person.name, '重置密码');
  const renewed = (await dialog(province).locator('code').textContent()) ?? '';
  await province.getByRole('button', { name: '我已妥善保存' }).click();
  await signIn(tablet, person.username, renewed);
  await changeFirstPassword(tablet, renewed);
  await expect(tablet.getByRole('heading', { name: '扫码核验' })).toBeVisible();
  await more(province, person.name, '强制退出登录');
  await expect(dialog(province)).toHaveCount(0);
  await scanByHand(tablet, codeOf('demo:authenticated'));
  await tablet.waitForURL('/login');
});

test('a list with errors adds nobody and says why; corrected it adds everybody', async ({ openTablet }) => {
  const page = await openTablet({ as: 'province' });
  const [a, b] = [`imp.${next()}`, `imp.${next()}`];
  await page.goto('/admin/staff');
  await page.getByRole('button', { name: '导入人员' }).click();
  const template = page.waitForEvent('download');
  await page.getByRole('button', { name: '下载模板' }).click();
  const headings = readFileSync(await (await template).path(), 'utf8');
  expect(headings).toBe('\uFEFF用户名,姓名,角色,接种单位编码,城市编码\r\n');

  const send = async (...rows: string[]) => {
    const choosing = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: '选择文件' }).click();
    const buffer = Buffer.from(gb18030(headings.slice(1) + rows.join('\r\n')));
    await (await choosing).setFiles({ name: '人员.csv', mimeType: 'text/csv', buffer });
    await dialog(page).getByRole('button', { name: '导入', exact: true }).click();
  };
  await send(`${a},=示例甲,接种护士,${OWN},`, `${b},示例乙,护士长,${OWN},`, `nurse,示例丙,接种护士,${OWN},`);
  await expect(dialog(page).getByText('文件中有 2 处错误,没有新增任何人员')).toBeVisible();
  await expect(dialog(page).getByRole('row').filter({ hasText: '角色不在允许范围内' })).toContainText('3角色');
  await expect(dialog(page).getByRole('row').filter({ hasText: '用户名已被使用' })).toContainText('4用户名');

  await send(`${a},=示例甲,接种护士,${OWN},`, `${b},示例乙,接种单位管理员,${OWN},`);
  await expect(page.getByText('已新增 2 人')).toBeVisible();
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: '下载', exact: true }).click();
  const csv = readFileSync(await (await saving).path(), 'utf8');
  const [head, first, second] = csv.split('\r\n');
  expect(head).toBe('\uFEFF用户名,姓名,初始密码');
  expect(first).toMatch(new RegExp(`^${a},'=示例甲,\\S{19}$`));
  const password = second?.split(',')[2] ?? '';
  await page.getByRole('button', { name: '我已妥善保存' }).click();
  await expect(page.getByText(password)).toHaveCount(0);

  const admin = await openTablet();
  await signIn(admin, b, password);
  await changeFirstPassword(admin, password);
  await expect(admin).toHaveURL('/admin');
});

test('a site admin keeps the people of the own site, and only sees its settings', async ({ openTablet }) => {
  const page = await openTablet({ as: 'site_admin' });
  await page.goto('/admin/sites');
  await expect(page.getByRole('row')).toHaveCount(2);
  await expect(page.getByRole('row').filter({ hasText: OWN })).toBeVisible();
  await expect(page.getByRole('button', { name: /新增|修改/ })).toHaveCount(0);

  const username = `own.${next()}`;
  await page.goto('/admin/staff');
  await expect(page.getByRole('row').filter({ hasText: '本人' })).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'nurse2' })).toHaveCount(0);
  await page.getByRole('button', { name: '新增人员' }).click();
  await expect(dialog(page).getByLabel('接种单位')).toHaveCount(0);
  await dialog(page).getByLabel('用户名').fill(username);
  await dialog(page).getByLabel('姓名').fill('本院护士');
  await dialog(page).getByRole('button', { name: '新增' }).click();
  await page.getByRole('button', { name: '我已妥善保存' }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByRole('row').filter({ hasText: username })).toContainText('天河示例社区卫生服务中心');
});

test('a site that takes dynamic codes only tells so of a static one, in amber', async ({ openTablet }) => {
  const province = await openTablet({ as: 'province' });
  const tablet = await openTablet();
  await nurseAt(province, tablet, { kioskPrinting: false, staticCodes: false });
  await scanByHand(tablet, codeOf('demo:authenticated'));
  await expect(tablet.getByText('本单位不接受静态健康码', { exact: true })).toBeVisible();
  await expect(tablet.getByText('请居民出示动态码,继续扫码即可')).toBeVisible();
  await expect(tablet.getByText('陈示例')).toHaveCount(0);
  const screen = tablet.getByText('本单位不接受静态健康码', { exact: true }).locator('..');
  await expect(screen).toHaveCSS('background-color', 'rgb(163, 74, 0)');
  await scanByHand(tablet, dynamicCodeOf('demo:authenticated'));
  await seeResident(tablet, '陈示例');
});

test('a site takes dynamic codes of unknown issuers once the province lets it', async ({ openTablet }) => {
  const province = await openTablet({ as: 'province' });
  const tablet = await openTablet();
  const { siteCode } = await nurseAt(province, tablet, {});
  const unknown = `${codeOf('demo:authenticated').slice(0, 64)}:0:${'0123456789ABCDEF'.repeat(2)}`;
  await scanByHand(tablet, unknown);
  await expect(tablet.getByText('本单位不接受未登记机构的健康码')).toBeVisible();

  await province.goto('/admin/sites');
  await province.getByLabel('名称', { exact: true }).fill('设置示例门诊');
  await province.getByLabel('名称', { exact: true }).press('Enter');
  const row = province.getByRole('row').filter({ hasText: siteCode });
  await row.getByRole('button', { name: '修改' }).click();
  await dialog(province).getByLabel('接受未登记机构的动态码').click();
  await dialog(province).getByRole('button', { name: '保存' }).click();
  await expect(row).toContainText('含未登记机构');
  await scanByHand(tablet, `${unknown}:GZAPP01`);
  await seeResident(tablet, '陈示例');
});

test.describe('a site that prints without a dialog', () => {
  const HINT = /此设备仍弹出打印窗口,请用 --kiosk-printing 启动浏览器/;
  async function printOnce(tablet: Page, key = 'demo:authenticated', name = '陈示例') {
    await scanByHand(tablet, codeOf(key));
    await seeResident(tablet, name);
    await confirmAndPrint(tablet);
  }

  test('is told once when a dialog stood all the same', async ({ openTablet }) => {
    const tablet = await openTablet();
    const printed = await watchPrinting(tablet, { standsMs: 700 });
    await nurseAt(await openTablet({ as: 'province' }), tablet, { kioskPrinting: true, staticCodes: true });
    await printOnce(tablet);
    await expect(tablet.getByText(HINT)).toBeVisible();
    await tablet.getByRole('button', { name: '知道了' }).click();
    await expect(tablet.getByText(HINT)).toHaveCount(0);
    await printOnce(tablet, 'demo:two-records', '何双记');
    expect(await printed()).toBe(2);
    await expect(tablet.getByText(HINT)).toHaveCount(0);
  });

  for (const { kioskPrinting, standsMs, why } of [
    { kioskPrinting: true, standsMs: 0, why: 'when none stood' },
    { kioskPrinting: false, standsMs: 700, why: 'where a dialog is what the site expects' },
  ]) {
    test(`is told nothing ${why}`, async ({ openTablet }) => {
      const tablet = await openTablet();
      await watchPrinting(tablet, { standsMs });
      await nurseAt(await openTablet({ as: 'province' }), tablet, { kioskPrinting, staticCodes: true });
      await printOnce(tablet);
      await expect(tablet.getByText(HINT)).toHaveCount(0);
    });
  }
});

/** The resident's phone and the city's platform, up to the nurse's tablet. */
import type { Page } from '@playwright/test';
import { DEMO_CITY, DEMO_REGISTER } from '../db/demo/city.ts';
import { cardNoOf } from '../db/demo/fixed-residents.ts';
import { indexOf } from '../db/seal.ts';
import { dynamicCodeKeys, makeDynamicCode } from '../server/health-code/dynamic-code.ts';
import { checkCharacter } from '../server/records/identity-number.ts';
import { confirmAndPrint, openScan, seeRefused, seeResident, watchPrinting } from './actions.ts';
import type { Scene } from './fake-camera.ts';
import { type Console, expect, test } from './fixtures.ts';

const PHONE = { camera: { devices: 0 }, context: { viewport: { width: 390, height: 844 } } };

const [adult, elder, child, other, sharer] = DEMO_REGISTER;
type Person = (typeof DEMO_REGISTER)[number] | undefined;

/** From the first page to the form: the notice is read and agreed to. */
async function agree(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: '个人信息处理告知书' })).toBeVisible();
  const on = page.getByRole('button', { name: '同意并继续' });
  await expect(on).toBeDisabled();
  await page.getByRole('checkbox').check();
  await on.click();
}

async function fillIn(page: Page, person: Person, { phone = person?.phone } = {}): Promise<void> {
  await page.getByLabel('姓名', { exact: true }).fill(person?.name ?? '');
  await page.getByLabel('证件号码', { exact: true }).fill(person?.idcode ?? '');
  if (phone) await page.getByLabel('手机号', { exact: true }).fill(phone);
}

async function authenticateSelf(page: Page, person: Person): Promise<void> {
  await page.goto('/phone');
  await page.getByRole('link', { name: '接种疫苗' }).click();
  await agree(page);
  await fillIn(page, person);
  await page.getByRole('button', { name: '认证', exact: true }).click();
  await seeCode(page);
}

async function seeCode(page: Page): Promise<void> {
  await expect(page.getByRole('img', { name: '电子健康码,请向工作人员出示' })).toBeVisible();
  await expect(page.getByText(/秒内有效,自动更新/)).toBeVisible();
}

/** The phone as it is held before the tablet: its own screenshot. */
async function hold(page: Page): Promise<Scene[]> {
  const code = await page.getByRole('img', { name: '电子健康码,请向工作人员出示' }).boundingBox();
  const height = page.viewportSize()?.height ?? 1;
  const centre = ((code?.y ?? 0) + (code?.height ?? 0) / 2) / height;
  return [{ text: null, screen: { png: await page.screenshot(), centre }, seconds: 0.3 }];
}

/** What the province holds of somebody, once the city's outbox has told it. */
const provinceHolds = (site: Console, person: Person) =>
  site.database.look(async (sql) => {
    const text = 'SELECT cd_operation AS operation FROM authentication_records WHERE idcode_index = ?';
    const rows = await sql.all<{ operation: string }>(text, [indexOf('idcode', person?.idcode ?? '')]);
    return rows.map(({ operation }) => operation);
  });

test('phone: a resident authenticates, is scanned from the screen and printed; withdraws, and is refused', async ({
  openTablet,
  site,
}) => {
  const phone = await openTablet(PHONE);
  await authenticateSelf(phone, adult);
  await expect(phone.getByRole('heading', { name: '王*民' })).toBeVisible();
  await expect(phone.getByText(adult?.name ?? '')).toHaveCount(0);
  await expect.poll(() => provinceHolds(site, adult)).toEqual(['i']);

  const tablet = await openTablet({ as: 'nurse', camera: await hold(phone) });
  const printed = await watchPrinting(tablet);
  await openScan(tablet);
  await seeResident(tablet, adult?.name ?? '');
  await confirmAndPrint(tablet);
  expect(await printed()).toBe(1);
  await tablet.close();

  // The code that the nurse sees next was still good when it was shown.
  await phone.reload();
  await seeCode(phone);
  const shown = await hold(phone);
  await phone.getByText('更多').click();
  await phone.getByRole('button', { name: '撤回同意' }).click();
  await phone.getByRole('button', { name: '确认撤回并删除' }).click();
  await expect(phone.getByText('请先完成实名认证')).toBeVisible();
  await expect.poll(() => provinceHolds(site, adult)).toEqual(['d']);

  const next = await openTablet({ as: 'nurse', camera: shown });
  await openScan(next);
  await seeRefused(next);
});

test('phone: a screenshot shown after its end, and a changed code, are refused', async ({ openTablet }) => {
  const keys = dynamicCodeKeys(DEMO_CITY.issuerKey);
  const code = (seconds: number) =>
    makeDynamicCode(keys, {
      cardNo: cardNoOf('demo:authenticated'),
      issuer: DEMO_CITY.issuer,
      expiresAt: new Date(Date.now() + seconds * 1000),
    });
  const late = await openTablet({ as: 'nurse', camera: code(-10) });
  await openScan(late);
  await expect(late.getByText('健康码已过期,请居民刷新')).toBeVisible();
  const fresh = code(600);
  const forged = await openTablet({ as: 'nurse', camera: `${cardNoOf('demo:child')}${fresh.slice(64)}` });
  await openScan(forged);
  await expect(forged.getByText('不是有效的电子健康码')).toBeVisible();
  const good = await openTablet({ as: 'nurse', camera: fresh });
  await openScan(good);
  await seeResident(good, '陈示例');
});

test('phone: what is wrong stands beside its field, and guessing learns nothing', async ({ openTablet }) => {
  const phone = await openTablet(PHONE);
  await phone.goto('/phone/authenticate/self');
  await agree(phone);
  const send = phone.getByRole('button', { name: '认证', exact: true });
  await fillIn(phone, elder);
  await phone.getByLabel('证件号码', { exact: true }).fill('440103520816994');
  await send.click();
  await expect(phone.getByText(/15 位旧号码/)).toBeVisible();
  await expect(phone.getByLabel('证件号码', { exact: true })).toBeFocused();
  // What was typed stays.
  await expect(phone.getByLabel('姓名', { exact: true })).toHaveValue(elder?.name ?? '');

  await fillIn(phone, elder, { phone: '13800009999' });
  const wrong = phone.getByText('姓名、证件号码或手机号不一致,请核对后再试');
  for (let times = 0; times < 5; times += 1) {
    await send.click();
    await expect(send).toBeEnabled();
    await expect(wrong).toBeVisible();
  }
  await fillIn(phone, elder);
  await send.click();
  await expect(phone.getByText(/次数过多/)).toBeVisible();
  await phone.goto('/phone');
  await expect(phone.getByText('已认证的人')).toHaveCount(0);
});

test('phone: a child alone, and a foreigner whose number looks like a citizen’s, are told what to do', async ({
  openTablet,
}) => {
  const phone = await openTablet(PHONE);
  await phone.goto('/phone/authenticate/self');
  await agree(phone);
  await fillIn(phone, child, { phone: '13800002001' });
  const send = phone.getByRole('button', { name: '认证', exact: true });
  await send.click();
  await expect(phone.getByText(/未满 14 周岁须由监护人办理/)).toBeVisible();

  const first17 = '91115619820730999';
  await phone.getByLabel('证件号码', { exact: true }).fill(first17 + checkCharacter(first17));
  await send.click();
  await expect(phone.getByText('请选择国籍')).toBeVisible();
  await phone.getByLabel('国籍').selectOption({ label: '法国' });
  await send.click();
  await expect(phone.getByText('姓名、证件号码或手机号不一致,请核对后再试')).toBeVisible();
});

test('phone: a foreigner with a passport is authenticated', async ({ openTablet }) => {
  const phone = await openTablet(PHONE);
  await phone.goto('/phone/authenticate/self');
  await agree(phone);
  await fillIn(phone, DEMO_REGISTER.at(-1));
  await phone.getByLabel('证件类型').selectOption({ label: '护照' });
  await phone.getByLabel('国籍').selectOption({ label: '法国' });
  await phone.getByLabel('性别').selectOption({ label: '女' });
  await phone.getByLabel('出生日期').fill('1985-05-20');
  await phone.getByRole('button', { name: '认证', exact: true }).click();
  await seeCode(phone);
});

test('phone: a guardian authenticates a child and prints its code; a phone number that is not the own is refused', async ({
  openTablet,
}) => {
  const phone = await openTablet(PHONE);
  const printed = await watchPrinting(phone);
  await phone.goto('/phone/authenticate/child');
  await expect(phone.getByText('未满 14 周岁须由监护人办理')).toBeVisible();
  await authenticateSelf(phone, sharer);
  await phone.getByRole('link', { name: '返回' }).click();
  await phone.getByRole('link', { name: '子女' }).click();
  await agree(phone);
  await fillIn(phone, child, { phone: null });
  await phone.getByRole('button', { name: '认证', exact: true }).click();
  await seeCode(phone);
  await expect(phone.getByRole('heading', { name: '王*禾' })).toBeVisible();
  await phone.getByText('更多').click();
  await phone.getByRole('button', { name: '打印', exact: true }).click();
  await expect.poll(printed).toBe(1);
  await phone.emulateMedia({ media: 'print' });
  await expect(phone.getByRole('img', { name: '静态电子健康码' })).toBeVisible();
  await phone.emulateMedia({ media: 'screen' });

  await phone.getByRole('link', { name: '返回' }).click();
  await phone.getByRole('link', { name: '接种疫苗' }).click();
  await phone.getByText('更多').click();
  await phone.getByLabel('新手机号').fill('13800009999');
  await phone.getByRole('button', { name: '更换', exact: true }).click();
  await expect(phone.getByText('姓名、证件号码或手机号不一致,请核对后再试')).toBeVisible();
});

test('phone: somebody who authenticated elsewhere by more is only removed from this phone', async ({
  openTablet,
  site,
}) => {
  const own = await openTablet(PHONE);
  await authenticateSelf(own, other);
  const others = await openTablet(PHONE);
  await others.goto('/phone/authenticate/self');
  await agree(others);
  await fillIn(others, other);
  await others.getByLabel('姓名和证件号码(手机号不在本人名下)').check();
  await others.getByRole('button', { name: '认证', exact: true }).click();
  await seeCode(others);
  await others.getByText('更多').click();
  await expect(others.getByText('张*机已在其他手机上办理')).toBeVisible();
  await expect(others.getByText('138****')).toHaveCount(0);
  await expect(others.getByRole('button', { name: '打印', exact: true })).toHaveCount(0);
  await others.getByRole('button', { name: '从本机移除' }).click();
  await others.getByRole('button', { name: '确认移除' }).click();
  await expect(others.getByText('请先完成实名认证')).toBeVisible();

  // Another notice: no code before it is agreed to.
  await site.database.run("UPDATE city_members SET consent_version = '2020-01'");
  await own.reload();
  await expect(own.getByText('个人信息处理告知书已更新')).toBeVisible();
  await expect(own.getByRole('img')).toHaveCount(0);
  await own.getByRole('link', { name: '去认证' }).click();
  await agree(own);
  await fillIn(own, other);
  await own.getByRole('button', { name: '认证', exact: true }).click();
  await seeCode(own);
});

test('phone: the code is renewed before it ends, and says so when it cannot be', async ({ openTablet }) => {
  const phone = await openTablet(PHONE);
  await authenticateSelf(phone, DEMO_REGISTER[5]);
  const path = phone.getByRole('img', { name: '电子健康码,请向工作人员出示' }).locator('path');
  const before = await path.getAttribute('d');
  // Ends are said in whole seconds.
  await phone.waitForTimeout(1_100);
  // The phone lay in a pocket: the page was hidden, and is seen again.
  await phone.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect.poll(() => path.getAttribute('d')).not.toBe(before);
  await phone.context().setOffline(true);
  await phone.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect(phone.getByText('网络已断开,正在重新连接')).toBeVisible();
  // The code that there is holds on.
  await seeCode(phone);
  await phone.context().setOffline(false);
  await expect(phone.getByText('网络已断开,正在重新连接')).toHaveCount(0);
});

test('phone: a line that answers nothing is given up before a desk would give it up', async ({ openTablet }) => {
  const phone = await openTablet(PHONE);
  // Time goes ten times as fast.
  await phone.addInitScript(() => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (ms) => timeout(ms / 10);
  });
  await authenticateSelf(phone, DEMO_REGISTER[6]);
  await phone.route('**/api/trpc/phone.code', () => {});
  await phone.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect(phone.getByText('网络已断开,正在重新连接')).toBeVisible({ timeout: 5_000 });
});

test('phone: works at 320 px, and by keyboard', async ({ openTablet }) => {
  const phone = await openTablet({ ...PHONE, context: { viewport: { width: 320, height: 568 } } });
  for (const path of ['/phone', '/phone/authenticate/self']) {
    await phone.goto(path);
    await expect(phone.getByRole('heading', { level: 1 })).toBeVisible();
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  }
  await phone.getByRole('checkbox').focus();
  await phone.keyboard.press('Space');
  await phone.keyboard.press('Tab');
  await phone.keyboard.press('Enter');
  await expect(phone.getByLabel('姓名', { exact: true })).toBeVisible();
  expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});

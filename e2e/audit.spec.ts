/** The auditor looks for what happened, opens it, and checks that nobody touched the trail. */
import type { Page } from '@playwright/test';
import { ask, choose, codeOf } from './actions.ts';
import { type Console, expect, test } from './fixtures.ts';

/** Rows of the list, without its heading. */
const rowsOf = (page: Page) => page.locator('tbody tr.ant-table-row');

test('the auditor filters by action and actor, and opens an event', async ({ openTablet, site }) => {
  for (const nurse of ['nurse', 'nurse2'] as const) {
    await ask(site, nurse, 'scan.lookup', { code: codeOf('demo:authenticated') });
  }
  const page = await openTablet({ as: 'auditor' });
  await page.goto('/admin/audit');
  await expect(page.getByText('审计记录只增不改,至少保存 180 天')).toBeVisible();
  await expect(rowsOf(page).filter({ hasText: '登录' }).first()).toBeVisible();

  await choose(page, '操作', '扫码查询', '扫码查询');
  await page.getByRole('textbox', { name: '操作人' }).fill('nurse2');
  await page.getByRole('button', { name: '查询' }).click();
  await expect(rowsOf(page).first()).toContainText('罗护士');
  for (const text of await rowsOf(page).allTextContents()) expect(text).toMatch(/扫码查询.*罗护士/);

  await page.getByRole('button', { name: '展开行' }).first().click();
  const card = codeOf('demo:authenticated').slice(0, 64);
  await expect(page.getByRole('cell', { name: card, exact: true })).toBeVisible();
  await expect(page.locator('.ant-descriptions')).toContainText(/上一条校验值[0-9a-f]{64}本条校验值[0-9a-f]{64}/);

  await page.getByRole('textbox', { name: '操作人' }).fill('nobody_of_this_name');
  await page.getByRole('textbox', { name: '操作人' }).press('Enter');
  await expect(page.getByText('没有符合条件的审计记录')).toBeVisible();
  await page.getByRole('textbox', { name: '接种单位编码' }).fill('44');
  await page.getByRole('button', { name: '查询' }).click();
  await expect(page.getByText('接种单位编码应为 10 位数字')).toBeVisible();

  await page.getByRole('button', { name: '重置' }).click();
  await expect(page.getByRole('textbox', { name: '操作人' })).toHaveValue('');
  await expect(rowsOf(page).filter({ hasText: '苏护士' }).first()).toBeVisible();
  await choose(page, '顺序', '从旧到新');
  await page.getByRole('button', { name: '查询' }).click();
  await expect(rowsOf(page).first()).toContainText('演示数据');
});

/** Old events, a second apart up to 2020-06-30 14:53 in Shanghai; the oldest says that numbers were used up. */
const OLD = 60_000;
const LOT = 1000;
function addOldEvents({ database }: Console) {
  const lots = Array.from({ length: OLD / LOT }, (_, lot) => {
    const rows = Array.from({ length: LOT }, (_, n) => {
      const i = lot * LOT + n + 1;
      const at = new Date((1_593_500_000 - i) * 1000).toISOString();
      return `(${-i}, '${at}', 'voucher.issue', '${i === OLD ? 'SERIALS_EXHAUSTED' : 'ok'}', 'system:demo', 'system', 'r')`;
    });
    return `INSERT INTO audit_events (id, at, action, outcome, actor, actor_role, request_id) VALUES ${rows.join()}`;
  });
  return database.look((sql) =>
    sql.transaction(async () => {
      for (const lot of lots) await sql.run(lot);
    }),
  );
}

test('a long search tells how far it came, and goes on; days narrow it', async ({ openTablet, site }) => {
  await addOldEvents(site);
  try {
    const page = await openTablet({ as: 'auditor' });
    await page.goto('/admin/audit');
    await choose(page, '结果', '凭证号已用完', '已用完');
    await page.getByRole('button', { name: '查询' }).click();
    await expect(page.getByText(/已查至 2020-06-\d\d \d\d:\d\d,可继续查找/)).toBeVisible();
    await expect(page.getByText('这一段中没有符合条件的审计记录')).toBeVisible();
    await page.getByRole('button', { name: '下一页' }).click();
    await expect(rowsOf(page)).toHaveCount(1);
    await expect(rowsOf(page)).toContainText('2020-06-29 22:13:20');
    await expect(page.getByText(/已查至/)).toHaveCount(0);

    const from = page.getByLabel('开始日期');
    await from.fill('2020-06-29');
    await from.press('Enter');
    await page.getByLabel('结束日期').fill('2020-06-29');
    await page.getByLabel('结束日期').press('Enter');
    await page.getByRole('button', { name: '查询' }).click();
    await expect(page.getByText('第 1 页')).toBeVisible();
    await expect(rowsOf(page)).toHaveCount(1);
    await expect(rowsOf(page)).toContainText('2020-06-29 22:13:20');
  } finally {
    await site.database.run('DELETE FROM audit_events WHERE id < 0');
  }
});

test('the trail is checked: found whole, and found broken where somebody touched it', async ({ openTablet, site }) => {
  const page = await openTablet({ as: 'auditor' });
  await page.goto('/admin/audit');
  await check(page);
  await expect(page.getByText(/审计记录完整,共 [\d,]+ 条,末条校验值 [0-9a-f]{64}/)).toBeVisible();

  const detail = await site.database.one<string>('SELECT detail FROM audit_events WHERE id = 3');
  const write = (text: string) => site.database.set('UPDATE audit_events SET detail = ? WHERE id = 3', text);
  await write('forged');
  try {
    await check(page);
    await expect(page.getByText('审计记录从第 3 条起被破坏:该条被改动')).toBeVisible();
  } finally {
    await write(detail);
  }
  await page.getByRole('button', { name: '刷新' }).click();
  await expect(rowsOf(page).filter({ hasText: '校验审计记录' }).first()).toContainText('审计记录被破坏');
  await check(page);
  await expect(page.getByText(/审计记录完整,共/)).toBeVisible();
});

test('the trail is not for the province', async ({ openTablet }) => {
  const page = await openTablet({ as: 'province' });
  await page.goto('/admin/audit');
  await expect(page.getByText('您的角色没有此项权限')).toBeVisible();
});

/** Checks the trail to its end: a page may show an earlier check's verdict until this one has begun. */
async function check(page: Page) {
  const cancel = page.getByRole('button', { name: '取消校验' });
  await page.getByRole('button', { name: '校验', exact: true }).click();
  await expect(cancel).toBeVisible();
  await expect(cancel).toBeHidden();
}

/** Whatever somebody stores, by whichever way it came in, is a text on every page that shows it. */
import type { Page } from '@playwright/test';
import { fictionalRecord, upload } from '../server/exchange/test-exchange.ts';
import { ask, codeOf, openScan, scanByHand } from './actions.ts';
import { expect, test } from './fixtures.ts';

/** An element would stand in the page whether its script ran or not. */
const SCRIPT = '<img src=x>';
const CARD = 'exchange:660';

/** The text is there, letter by letter, and no element was made of it. */
async function seeText(page: Page, path: string, text: string | RegExp = SCRIPT): Promise<void> {
  await test.step(path, async () => {
    if (new URL(page.url()).pathname !== path) await page.goto(path);
    await expect(page.getByText(text).filter({ visible: true }).first()).toBeVisible();
    await expect(page.locator('img[src="x"]')).toHaveCount(0);
  });
}

test('markup in a record is text: at the scan, on the voucher, in the lists', async ({ openTablet, site }) => {
  const texts = ['name', 'linkman', 'address', 'current_address', 'birthplace'];
  const record = { ...fictionalRecord(660), ...Object.fromEntries(texts.map((name) => [name, SCRIPT])) };
  const answer = await upload(site, { cdBatch: '4401261125100000660', records: [record] });
  expect(await answer.json()).toMatchObject({ accepted: 1 });

  const tablet = await openTablet({ as: 'nurse' });
  await openScan(tablet);
  await scanByHand(tablet, codeOf(CARD));
  await seeText(tablet, '/scan');
  const { voucherNo } = await ask<{ voucherNo: string }>(site, 'nurse', 'vouchers.issue', { code: codeOf(CARD) });
  await seeText(tablet, `/vouchers/${voucherNo}`);

  const admin = await openTablet({ as: 'site_admin' });
  await ask(site, 'site_admin', 'vouchers.void', { voucherNo, reason: SCRIPT });
  await seeText(admin, '/admin/vouchers', /^<\*+>$/);

  const office = await openTablet({ as: 'province' });
  await office.goto(`/admin/records/${record.id}`);
  await office.getByRole('button', { name: '查看完整信息' }).click();
  await office.getByRole('dialog').getByRole('textbox').fill(SCRIPT);
  await office.getByRole('dialog').getByRole('button', { name: /查看/ }).click();
  await seeText(office, `/admin/records/${record.id}`);
});

test('markup in what offices type is text, on each list and form', async ({ openTablet, site }) => {
  const form = {
    ...{ appName: SCRIPT, appOrganisation: SCRIPT, organisationRecordNo: '', builder: SCRIPT, builderContact: SCRIPT },
    ...{ developer: SCRIPT, developerContact: SCRIPT, authenticationMethod: '2' },
  };
  const { id } = await ask<{ id: number }>(site, 'city', 'filings.create', form);
  await ask(site, 'city', 'issuers.create', { code: 'XSS', cityCode: '4401', label: SCRIPT });
  await ask(site, 'province', 'sites.create', {
    ...{ code: '4401069966', name: SCRIPT, nextStation: SCRIPT, divisionCode: '440106', paper: 'A5' },
    ...{ kioskPrinting: false, staticCodes: true, unknownIssuers: false },
  });
  await ask(site, 'province', 'staff.create', {
    ...{ username: 'xss_nurse', name: SCRIPT, role: 'nurse', siteCode: '4401069966' },
  });

  const city = await openTablet({ as: 'city' });
  for (const path of ['/admin/filings', `/admin/filings/${id}`, '/admin/platforms']) await seeText(city, path);
  // A form that has its pictures can be printed.
  await site.database.set("UPDATE filings SET state = 'submitted' WHERE id = ?", id);
  await seeText(city, `/filings/${id}`);
  const province = await openTablet({ as: 'province' });
  for (const path of ['/admin/sites', '/admin/staff']) await seeText(province, path);
});

/** What people do, in the domain's words. */
import { expect, type Page } from '@playwright/test';
import { demoDynamicCode } from '../db/demo/city.ts';
import { cardNoOf } from '../db/demo/fixed-residents.ts';
import type { Console } from './fixtures.ts';

/** The QR text of a fixed demo resident, as a static code. */
export const codeOf = (key: string) => `${cardNoOf(key)}:1`;

/** Theirs as a dynamic one of the demo's issuer, good for ten minutes. */
export const dynamicCodeOf = (key: string) => demoDynamicCode(cardNoOf(key), 600);

export async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('用户名').fill(username);
  await page.getByLabel('密码').fill(password);
  await page.getByRole('button', { name: '登录' }).click();
}

/** Changes the password that somebody else gave, as the first sign-in asks. @returns the new one */
export async function changeFirstPassword(page: Page, password: string): Promise<string> {
  await page.waitForURL('/login/password');
  const changed = `${password}-Changed`;
  await page.getByLabel('当前密码').fill(password);
  await page.getByLabel('新密码', { exact: true }).fill(changed);
  await page.getByLabel('再次输入新密码').fill(changed);
  await page.getByRole('button', { name: '修改密码' }).click();
  await expect(page).not.toHaveURL(/\/login/);
  return changed;
}

/** What somebody does elsewhere meanwhile: a mutation, without a tablet. @returns its answer */
export async function ask<Answer>(
  site: Console,
  as: Parameters<Console['cookieOf']>[0],
  procedure: string,
  input: object,
): Promise<Answer> {
  const response = await fetch(`${site.url}/api/trpc/${procedure}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: await site.cookieOf(as) },
    body: JSON.stringify(input),
  });
  return (await response.json()).result.data;
}

export const PRINT = '核验无误,打印凭证';

/**
 * Records calls of the print dialog instead of opening it: headless Chromium has none.
 * @param options.standsMs how long each dialog stands, holding up the page as a real one does
 */
export async function watchPrinting(page: Page, { standsMs = 0 } = {}): Promise<() => Promise<number>> {
  await page.addInitScript((ms) => {
    const counted = window as typeof window & { printed: number };
    counted.printed = 0;
    window.print = () => {
      counted.printed += 1;
      for (const end = performance.now() + ms; performance.now() < end; );
    };
  }, standsMs);
  return () => page.evaluate(() => (window as typeof window & { printed: number }).printed);
}

export async function openScan(page: Page): Promise<void> {
  await page.goto('/scan');
  await expect(page.getByRole('heading', { name: '扫码核验' })).toBeVisible();
  // A scanner types in milliseconds; so do tests, once the page is no longer busy with starting.
  await page.waitForLoadState('networkidle');
}

/** A hand-held scanner: characters, then Enter or Tab. */
export async function scanByHand(page: Page, text: string, end: 'Enter' | 'Tab' = 'Enter'): Promise<void> {
  // Not detached before the page closes: that would end `setOffline`, too.
  const cdp = await page.context().newCDPSession(page);
  // As a scanner sends them, a few milliseconds between two keys however busy the page is: keyboard.press waits for the page each time.
  let timestamp = Date.now() / 1000;
  const press = (key: string, more: { text?: string; windowsVirtualKeyCode?: number }) =>
    (['keyDown', 'keyUp'] as const).map((type) => {
      timestamp += 0.002;
      return cdp.send('Input.dispatchKeyEvent', { type, key, timestamp, ...(type === 'keyDown' ? more : {}) });
    });
  await Promise.all([
    ...[...text].flatMap((key) => press(key, { text: key })),
    ...press(end, end === 'Enter' ? { text: '\r', windowsVirtualKeyCode: 13 } : { windowsVirtualKeyCode: 9 }),
  ]);
}

export async function seeResident(page: Page, name: string): Promise<void> {
  await expect(page.getByText(name, { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: PRINT })).toBeEnabled();
}

export async function seeRefused(page: Page): Promise<void> {
  await expect(page.getByText('该用户未进行实名认证', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: PRINT })).toHaveCount(0);
}

export async function seeScanning(page: Page): Promise<void> {
  await expect(page.getByText('请将电子健康码对准取景框')).toBeVisible();
  await expect(page.getByRole('button', { name: PRINT })).toHaveCount(0);
  await expect(page.getByText('点按屏幕继续扫码')).toHaveCount(0);
}

/** Confirms the details and waits until the voucher was sent to the printer. @returns the voucher's number */
export async function confirmAndPrint(page: Page): Promise<string> {
  const answer = page.waitForResponse((response) => response.url().includes('vouchers.issue'));
  await page.getByRole('button', { name: PRINT }).click();
  const { result } = await (await answer).json();
  await expect(page.getByText(/已送打印/)).toBeVisible();
  return result.data.voucherNo;
}

/** Chooses in one of the console's selects. @param typed what is searched for first, where the select can */
export async function choose(page: Page, label: string, option: string, typed = ''): Promise<void> {
  await page.getByRole('combobox', { name: label }).click();
  await page.keyboard.type(typed);
  await page
    .locator('.ant-select-dropdown:visible .ant-select-item-option')
    .filter({ hasText: option })
    .first()
    .click();
}

/** The one modal that is open; one that closes may still be fading. */
export const dialog = (page: Page, title: string) => page.getByRole('dialog', { name: title });

/** What a tablet's context needs for {@link takeSecret}. */
export const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };

/** Reads a new secret off its modal, and closes that for good. @returns it, and the name of whom it belongs to */
export async function takeSecret(page: Page, title: string): Promise<{ holder: string; secret: string }> {
  const shown = dialog(page, title);
  await expect(shown.getByText('密钥只显示这一次')).toBeVisible();
  const [holder = '', secret = ''] = await shown.locator('code').allTextContents();
  await shown.getByRole('row', { name: '密钥' }).getByRole('button', { name: '复制' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await shown.getByRole('button', { name: '我已妥善保存' }).click();
  await expect(shown).toBeHidden();
  expect(await page.content()).not.toContain(secret);
  return { holder, secret };
}

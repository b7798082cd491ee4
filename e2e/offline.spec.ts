/** The line breaks, or the server is gone, and somebody reloads: the page says so, goes on trying and keeps nothing of anybody. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { makeTestDatabase } from '../db/test-database.ts';
import { codeOf, openScan, scanByHand, seeResident, seeScanning } from './actions.ts';
import { EVIDENCE } from './evidence.ts';
import { expect, test } from './fixtures.ts';
import { startServer } from './server.ts';

/** Once it controls the page, it answers for it. */
const inControl = (page: Page) =>
  page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller) return;
    await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
  });

test('a reload without a server says so, and opens the page by itself once it is back', async ({ openTablet }) => {
  const folder = mkdtempSync(join(tmpdir(), 'console-offline-'));
  const database = await makeTestDatabase();
  const start = (port?: number) =>
    startServer({
      ...{ databaseUrl: database.url, flags: ['--demo'], port },
      logFile: join(EVIDENCE.browser, 'offline.log'),
    });
  const server = await start();
  const page = await openTablet({ context: { baseURL: server.url } });
  await page.goto('/login');
  await page.getByLabel('用户名').fill('nurse');
  await page.getByLabel('密码', { exact: true }).fill('demo-nurse');
  await page.getByRole('button', { name: '登录' }).click();
  await expect(page).toHaveURL(/scan/);
  await openScan(page);
  await inControl(page);
  await scanByHand(page, codeOf('demo:authenticated'));
  await seeResident(page, '陈示例');

  await server.stop();
  await page.reload();
  await expect(page.getByRole('heading', { name: '网络已断开' })).toBeVisible();
  await expect(page.getByText(/已重试/)).toBeVisible();
  await expect(page.getByText('陈示例')).toHaveCount(0);
  // Nothing of the console's own is kept anywhere.
  const kept = await page.evaluate(async () => {
    const caches = await Promise.all((await window.caches.keys()).map((name) => window.caches.open(name)));
    const requests = (await Promise.all(caches.map((cache) => cache.keys()))).flat();
    return {
      paths: requests.map(({ url }) => new URL(url).pathname).sort(),
      databases: (await indexedDB.databases()).map(({ name }) => name),
      storage: { ...localStorage, ...sessionStorage },
    };
  });
  expect(kept).toEqual({
    ...{ paths: ['/offline.css', '/offline.html', '/offline.js'], databases: [] },
    // When the browser was last touched.
    storage: { 'console.touched': expect.stringMatching(/^\d+$/) },
  });

  const again = await start(Number(new URL(server.url).port));
  await expect(page.getByRole('heading', { name: '扫码核验' })).toBeVisible();
  await seeScanning(page);
  await page.close();
  await again.stop();
  await database.drop();
  rmSync(folder, { recursive: true });
});

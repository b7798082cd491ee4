import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { findBrowser } from '../find-browser.ts';
import { startServer } from '../server.ts';

/**
 * The first visit of the scan page, from an empty cache.
 * @returns kB as gzip: scripts until the camera's picture shows, scripts in all, WebAssembly
 */
export async function weighScanPage(): Promise<{ scriptsBeforeCamera: number; scripts: number; wasm: number }> {
  execFileSync(process.execPath, ['.ci/prepare.mjs', 'build'], { stdio: 'ignore' });
  const folder = await mkdtemp(join(tmpdir(), 'console-weight-'));
  const flags = ['--demo'];
  const server = await startServer({
    databaseUrl: `file:${join(folder, 'demo.db')}`,
    flags,
    logFile: join(folder, 'log'),
  });
  const args = ['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
  const browser = await chromium.launch({ executablePath: findBrowser(), args });
  try {
    const context = await browser.newContext({ baseURL: server.url });
    await context.request.post('/api/auth/sign-in/username', {
      data: { username: 'nurse', password: 'demo-nurse' },
      headers: { origin: server.url },
    });
    const page = await context.newPage();
    await page.addInitScript(() =>
      window.addEventListener('playing', () => Object.assign(window, { cameraAt: Date.now() }), {
        capture: true,
        once: true,
      }),
    );
    const sizes = new Map<string, { kB: number; at: number }>();
    page.on('requestfinished', async (request) => {
      const url = request.url();
      if (!/\.(js|wasm)$/.test(url) || sizes.has(url)) return;
      const entry = { kB: 0, at: request.timing().startTime };
      sizes.set(url, entry);
      const body = await (await request.response())?.body();
      entry.kB = body ? gzipSync(body).length / 1000 : 0;
    });
    await page.goto('/scan');
    await page.waitForFunction(() => 'cameraAt' in window);
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(3_000);
    const cameraAt = await page.evaluate(() => (window as typeof window & { cameraAt: number }).cameraAt);
    const sum = (wanted: (url: string, at: number) => boolean) =>
      Math.round([...sizes].reduce((all, [url, { kB, at }]) => all + (wanted(url, at) ? kB : 0), 0));
    const weight = {
      scriptsBeforeCamera: sum((url, at) => url.endsWith('.js') && at < cameraAt),
      scripts: sum((url) => url.endsWith('.js')),
      wasm: sum((url) => url.endsWith('.wasm')),
    };
    process.stdout.write(`scan page, kB as gzip: ${JSON.stringify(weight)}\n`);
    return weight;
  } finally {
    await browser.close();
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

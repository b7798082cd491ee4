/**
 * What every browser test stands on: a real server of its own a worker, a Chromium whose camera shows what the test says,
 * and pages that fail the test on any error in the console and on any request that leaves the machine.
 */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  test as base,
  chromium,
  expect,
  type Page,
} from '@playwright/test';
import { LRUCache } from 'lru-cache';
import { makeTestDatabase, type TestDatabase } from '../db/test-database.ts';
import './demo-keys.ts';
import { EVIDENCE } from './evidence.ts';
import { film, type Scene } from './fake-camera.ts';
import { findBrowser } from './find-browser.ts';
import { startServer } from './server.ts';

export { expect };

/** Less than a site's idle lock, 5 minutes, and what a test takes. */
const COOKIE_MS = 2 * 60_000;

type Username = 'nurse' | 'nurse2' | 'site_admin' | 'city' | 'province' | 'auditor';

export interface Console {
  url: string;
  /** The server's own database, to set a stage by hand. */
  database: TestDatabase;
  /** The session cookie of a demo login. */
  cookieOf(username: Username): Promise<string>;
}

interface TabletOptions {
  /** Who is signed in; nobody if left out. */
  as?: Username;
  /** What the camera shows: a code's text, or a film. Left out: an empty desk, or nothing in an office. `devices`: so many cameras that show nothing of use. */
  camera?: string | Scene[] | { devices: number };
  /** Further switches of Chromium. */
  args?: string[];
  context?: BrowserContextOptions;
  /** A name of this machine other than localhost, made known by `args`. */
  localHost?: string;
  /** How the browser's complaint begins that this test provokes. */
  complaint?: string;
}

/** A browser with this camera and these switches: starting one takes longer than most tests, so a worker keeps a few. */
type Browsers = (camera: TabletOptions['camera'], args: string[]) => Promise<Browser>;

interface Fixtures {
  openTablet(options?: TabletOptions): Promise<Page>;
  noVouchersYet: undefined;
}

export const test = base.extend<Fixtures, { site: Console; browsers: Browsers }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from this pattern
    async ({}, use, worker) => {
      const database = await makeTestDatabase();
      const logFile = join(EVIDENCE.browser, `browser-${worker.workerIndex}.log`);
      const server = await startServer({ databaseUrl: database.url, flags: ['--demo'], logFile });
      // A session that no test used for minutes is locked by the server: whoever comes later signs in anew.
      const cookies = new LRUCache<Username, string>({ max: 10, ttl: COOKIE_MS });
      const cookieOf = async (username: Username) => {
        const known = cookies.get(username);
        if (known) return known;
        const response = await fetch(`${server.url}/api/auth/sign-in/username`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ username, password: `demo-${username}` }),
        });
        const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
        if (!cookie) throw new Error(`${username} is not let in: ${response.status} ${await response.text()}`);
        cookies.set(username, cookie);
        return cookie;
      };
      await use({ url: server.url, database, cookieOf });
      await server.stop();
      await database.drop();
    },
    { scope: 'worker' },
  ],

  noVouchersYet: [
    async ({ site }, use) => {
      await site.database.run('DELETE FROM vouchers', 'DELETE FROM voucher_serials');
      await use(undefined);
    },
    { auto: true },
  ],

  browsers: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from this pattern
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'console-camera-'));
      const browsers = new LRUCache<string, Promise<Browser>>({
        max: 4,
        dispose: (browser) => void browser.then((it) => it.close()),
      });
      let films = 0;
      const launch = async (camera: TabletOptions['camera'], args: string[]) => {
        const switches = ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost'];
        if (typeof camera === 'object' && 'devices' in camera) {
          const devices = `--use-fake-device-for-media-stream=device-count=${camera.devices}`;
          switches.push('--use-fake-ui-for-media-stream', devices);
        } else {
          const scenes =
            typeof camera === 'string' ? [{ text: camera, seconds: 0.3 }] : (camera ?? [{ text: null, seconds: 0.3 }]);
          films += 1;
          const file = join(folder, `camera-${films}.y4m`);
          await film(file, scenes);
          switches.push(
            '--use-fake-ui-for-media-stream',
            '--use-fake-device-for-media-stream',
            `--use-file-for-fake-video-capture=${file}`,
          );
        }
        // The last of two switches of one name counts.
        return chromium.launch({ executablePath: findBrowser(), args: [...switches, ...args] });
      };
      await use((camera, args) => {
        // Functions are told apart by their text.
        const key = JSON.stringify([camera, args], (_, value) => (typeof value === 'function' ? String(value) : value));
        const known = browsers.get(key);
        if (known) return known;
        const browser = launch(camera, args);
        browsers.set(key, browser);
        return browser;
      });
      await Promise.all([...browsers.values()].map(async (browser) => (await browser).close()));
      rmSync(folder, { recursive: true });
    },
    { scope: 'worker' },
  ],

  openTablet: async ({ site, browsers }, use, test) => {
    const opened: BrowserContext[] = [];
    const faults: string[] = [];
    await use(
      async ({ as, camera: wished, args = [], context: contextOptions, localHost = 'localhost', complaint } = {}) => {
        // An office has no camera, and filming takes its time.
        const camera = wished ?? (as && !as.startsWith('nurse') ? { devices: 0 } : undefined);
        const browser = await browsers(camera, args);
        const context = await browser.newContext({
          baseURL: site.url,
          locale: 'zh-CN',
          timezoneId: 'Asia/Shanghai',
          viewport: { width: 1180, height: 820 },
          permissions: ['camera'],
          ...contextOptions,
        });
        opened.push(context);
        if (as) {
          const [name = '', value = ''] = (await site.cookieOf(as)).split(/=(.*)/s);
          await context.addCookies([
            { name, value, url: contextOptions?.baseURL ?? site.url, httpOnly: true, sameSite: 'Lax' },
          ]);
        }
        context.on('request', (request) => {
          appendFileSync(join(EVIDENCE.browser, 'urls.log'), `${request.url()}\n`);
          const { protocol, hostname } = new URL(request.url());
          const local = ['data:', 'blob:'].includes(protocol) || hostname === localHost;
          if (!local) faults.push(`a request left the machine: ${request.url()}`);
        });
        const page = await context.newPage();
        page.on('pageerror', (error) => faults.push(`page error: ${error.message}`));
        page.on('console', (message) => {
          // The browser itself logs each refused or failed request; the pages tell them in words, which tests look at.
          const known = ['Failed to load resource', ...(complaint ? [complaint] : [])];
          if (message.type() === 'error' && !known.some((start) => message.text().startsWith(start))) {
            faults.push(`console: ${message.text()}`);
          }
        });
        return page;
      },
    );
    for (const context of opened) {
      // Of a run elsewhere, its output is all that is left.
      if (test.status !== test.expectedStatus)
        for (const page of context.pages()) process.stdout.write(await seenOn(page));
      await context.close();
    }
    expect(faults).toEqual([]);
  },
});

const seenOn = async (page: Page) => `\n${page.url()}\n${await page.locator('body').ariaSnapshot().catch(String)}`;

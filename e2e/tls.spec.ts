/** A tablet that is not this machine: it comes in plain, learns to trust, and scans over HTTPS. */
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTestDatabase } from '../db/test-database.ts';
import { codeOf, seeResident } from './actions.ts';
import { EVIDENCE } from './evidence.ts';
import { expect, test } from './fixtures.ts';
import { startServer } from './server.ts';

const HOST = 'console.test';

test('a tablet installs the authority’s certificate, and its camera scans over HTTPS', async ({ openTablet }) => {
  const folder = mkdtempSync(join(tmpdir(), 'console-tls-'));
  const database = await makeTestDatabase();
  const file = (name: string) => join(folder, name);
  execFileSync(process.execPath, ['dist/tls.command.js', '--folder', folder, '--host', HOST]);
  const server = await startServer({
    databaseUrl: database.url,
    flags: ['--demo'],
    logFile: join(EVIDENCE.browser, 'tls.log'),
    env: {
      ...{ TLS_CERT: file('server.crt'), TLS_KEY: file('server.key'), HTTP_PORT: '0' },
      // So that this browser is believed to be elsewhere.
      TRUSTED_PROXIES: '127.0.0.1',
    },
  });
  const { port, httpPort } = server;
  const key = new X509Certificate(readFileSync(file('server.crt'))).publicKey.export({ type: 'spki', format: 'der' });
  const spki = createHash('sha256').update(key).digest('base64');
  const page = await openTablet({
    camera: codeOf('demo:authenticated'),
    args: [
      `--host-resolver-rules=MAP ${HOST} 127.0.0.1`,
      // What the steps on the page do to a tablet; server/tls/tls.test.ts connects by the authority itself.
      `--ignore-certificate-errors-spki-list=${spki}`,
    ],
    localHost: HOST,
    context: {
      baseURL: `https://${HOST}:${port}`,
      extraHTTPHeaders: { 'x-forwarded-for': '10.1.1.1' },
    },
  });

  const plain = `http://${HOST}:${httpPort}`;
  await page.goto(`${plain}/trust`);
  await expect(page.getByRole('heading', { name: '信任本服务器的证书' })).toBeVisible();
  await expect(page.getByText(`${plain}/trust`)).toBeVisible();
  await expect(page.getByRole('img', { name: '本页地址的二维码' })).toBeVisible();
  const authority = new X509Certificate(readFileSync(file('authority.crt')));
  await expect(page.getByText(authority.fingerprint256)).toBeVisible();
  for (const device of ['安卓平板', '鸿蒙平板', 'iPad', 'Windows 电脑']) {
    await expect(page.getByRole('heading', { name: device })).toBeVisible();
  }
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: '下载根证书' }).click(),
  ]);
  expect(readFileSync(await download.path()).equals(authority.raw)).toBe(true);

  await page.goto(`${plain}/scan`);
  await page.waitForURL(`https://${HOST}:${port}/login`);
  await page.getByLabel('用户名').fill('nurse');
  await page.getByLabel('密码').fill('demo-nurse');
  await page.getByRole('button', { name: '登录' }).click();
  await seeResident(page, '陈示例');
  const cookies = await page.context().cookies();
  expect(cookies.map(({ secure, httpOnly }) => [secure, httpOnly])).toEqual([[true, true]]);
  await page.close();
  await server.stop();
  await database.drop();
  rmSync(folder, { recursive: true });
});

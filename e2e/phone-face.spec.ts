/** A face is shown to the gateway's own page, on the way from the form to the code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { DEMO_CITY, DEMO_REGISTER } from '../db/demo/city.ts';
import { makeTestDatabase } from '../db/test-database.ts';
import { EVIDENCE } from './evidence.ts';
import { expect, test } from './fixtures.ts';
import { startServer } from './server.ts';

/** A gateway that speaks our interface, and passes whoever presses its button. Its page shows nothing as long as it is asleep. */
async function startGateway() {
  const state = { asleep: false, visits: 0 };
  let shown = false;
  let returnTo = '';
  let begun = 0;
  const say = (response: ServerResponse, type: string, text: string) =>
    response.writeHead(200, { 'content-type': type }).end(text);
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    if (request.url === '/face' && request.method === 'POST') {
      shown = true;
      return response.writeHead(303, { location: returnTo }).end();
    }
    if (request.url === '/face') {
      state.visits += 1;
      // The browser stays where it is.
      if (state.asleep) return response.writeHead(204).end();
      const page = '<!doctype html><title>认证机构</title><form method="post"><button>完成面部识别</button></form>';
      return say(response, 'text/html; charset=utf-8', page);
    }
    if (request.method === 'POST') {
      returnTo = JSON.parse(body).return_to;
      begun += 1;
    }
    const { port } = server.address() as AddressInfo;
    const answer = shown
      ? { result: 'passed', methods: ['2', '3'], nation: '01' }
      : { result: 'pending', id: `verification-${begun}`, page: `http://localhost:${port}/face` };
    say(response, 'application/json', JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return { server, state, url: `http://localhost:${(server.address() as AddressInfo).port}` };
}

const fillIn = async (phone: Page) => {
  const person = DEMO_REGISTER[0];
  await phone.goto('/phone/authenticate/self');
  await phone.getByRole('checkbox').check();
  await phone.getByRole('button', { name: '同意并继续' }).click();
  await phone.getByLabel('姓名', { exact: true }).fill(person?.name ?? '');
  await phone.getByLabel('证件号码', { exact: true }).fill(person?.idcode ?? '');
  await phone.getByLabel('手机号', { exact: true }).fill(person?.phone ?? '');
  await phone.getByLabel('同时做面部识别').check();
  await phone.getByLabel('民族').selectOption({ label: '汉族' });
};

test('phone: a face is shown on the gateway’s page, and the code comes after it', async ({ openTablet }) => {
  const folder = mkdtempSync(join(tmpdir(), 'console-face-'));
  const database = await makeTestDatabase();
  const gateway = await startGateway();
  const config = join(folder, 'city.json');
  writeFileSync(
    config,
    JSON.stringify({ ...DEMO_CITY, gateway: { url: gateway.url, appId: 'city', secret: 'secret' } }),
  );
  const server = await startServer({
    databaseUrl: database.url,
    flags: ['--demo'],
    logFile: join(EVIDENCE.browser, 'face.log'),
    cityPlatform: config,
  });
  try {
    const phone = await openTablet({
      camera: { devices: 0 },
      context: { baseURL: server.url, viewport: { width: 390, height: 844 } },
    });
    await phone.goto('/phone/face');
    await expect(phone.getByText('本机没有进行中的面部识别')).toBeVisible();
    await fillIn(phone);
    gateway.state.asleep = true;
    await phone.getByRole('button', { name: '认证', exact: true }).click();
    await expect.poll(() => gateway.state.visits).toBe(1);
    await expect(phone.getByRole('button', { name: '正在认证…' })).toBeDisabled();
    // What the browser says when its own button leads back to the form as it was.
    await phone.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    gateway.state.asleep = false;
    await phone.getByRole('button', { name: '认证', exact: true }).click();
    const button = { name: '完成面部识别' };
    await expect(phone.getByRole('button', button)).toBeVisible();
    // The gateway's page may stand in another tab, which knows nothing of the form's.
    const other = await phone.context().newPage();
    await other.goto(phone.url());
    await phone.close();
    await other.getByRole('button', button).click();
    await expect(other.getByRole('img', { name: '电子健康码,请向工作人员出示' })).toBeVisible();
    // Nothing that names a person, or the recognition, stands in an address.
    expect(other.url()).toMatch(/\/phone\/code\/\d+$/);
  } finally {
    await server.stop();
    gateway.server.close();
    await database.drop();
    rmSync(folder, { recursive: true });
  }
});

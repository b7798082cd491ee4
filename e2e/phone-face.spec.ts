/** A face is shown to the gateway's own page, on the way from the form to the code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_CITY, DEMO_REGISTER } from '../db/demo/city.ts';
import { EVIDENCE } from './evidence.ts';
import { expect, test } from './fixtures.ts';
import { startServer } from './server.ts';

/** A gateway that speaks our interface, and passes whoever presses its button. */
async function startGateway() {
  let shown = false;
  let returnTo = '';
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
      const page = '<!doctype html><title>认证机构</title><form method="post"><button>完成面部识别</button></form>';
      return say(response, 'text/html; charset=utf-8', page);
    }
    if (request.method === 'POST') returnTo = JSON.parse(body).return_to;
    const { port } = server.address() as AddressInfo;
    const answer = shown
      ? { result: 'passed', methods: ['2', '3'], nation: '01' }
      : { result: 'pending', id: 'verification-1', page: `http://localhost:${port}/face` };
    say(response, 'application/json', JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return { server, url: `http://localhost:${(server.address() as AddressInfo).port}` };
}

test('phone: a face is shown on the gateway’s page, and the code comes after it', async ({ openTablet }) => {
  const folder = mkdtempSync(join(tmpdir(), 'console-face-'));
  const gateway = await startGateway();
  const config = join(folder, 'city.json');
  writeFileSync(
    config,
    JSON.stringify({ ...DEMO_CITY, gateway: { url: gateway.url, appId: 'city', secret: 'secret' } }),
  );
  const server = await startServer({
    databaseUrl: `file:${join(folder, 'face.db')}`,
    flags: ['--demo'],
    logFile: join(EVIDENCE.browser, 'face.log'),
    cityPlatform: config,
  });
  try {
    const person = DEMO_REGISTER[0];
    const phone = await openTablet({
      camera: { devices: 0 },
      context: { baseURL: server.url, viewport: { width: 390, height: 844 } },
    });
    await phone.goto('/phone/authenticate/self');
    await phone.getByRole('checkbox').check();
    await phone.getByRole('button', { name: '同意并继续' }).click();
    await phone.getByLabel('姓名', { exact: true }).fill(person?.name ?? '');
    await phone.getByLabel('证件号码', { exact: true }).fill(person?.idcode ?? '');
    await phone.getByLabel('手机号', { exact: true }).fill(person?.phone ?? '');
    await phone.getByLabel('同时做面部识别').check();
    await phone.getByLabel('民族').selectOption({ label: '汉族' });
    await phone.getByRole('button', { name: '认证', exact: true }).click();
    await phone.getByRole('button', { name: '完成面部识别' }).click();
    await expect(phone.getByRole('img', { name: '电子健康码,请向工作人员出示' })).toBeVisible();
    // Nothing that names a person, or the recognition, stands in an address.
    expect(phone.url()).toMatch(/\/phone\/code\/\d+$/);
  } finally {
    await server.stop();
    gateway.server.close();
    rmSync(folder, { recursive: true });
  }
});

/** The gateway's interface, against a small server that speaks it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tables } from '../../db/index.ts';
import { sign, sm3 } from '../exchange/signature.ts';
import { codeOf, startTestConsole, type TestConsole } from '../test-console.ts';
import { authenticated, makePhone, type TestPhone, typed } from './test-city.ts';

const KEY = { appId: 'city-4401', secret: 'a-secret-of-the-gateway' };

interface Asked {
  method: string;
  url: string;
  body: Record<string, unknown>;
}
/** What it was asked, and what it answers next; the last answer is given again. */
let asked: Asked[];
let answers: ((response: ServerResponse) => void)[];
let close: () => Promise<void>;
let site: TestConsole;
let phone: TestPhone;

const says =
  (answer: unknown, status = 200) =>
  (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  };
const PASSED = { result: 'passed', methods: ['2'], nation: '01' };

async function read(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

beforeEach(async () => {
  asked = [];
  answers = [says(PASSED)];
  const server = createServer(async (request, response) => {
    const body = await read(request);
    const { method = '', url = '', headers } = request;
    const header = (name: string) => String(headers[name] ?? '');
    const right = sign(KEY.secret, {
      ...{ method, target: url, timestamp: header('x-timestamp'), nonce: header('x-nonce') },
      bodyDigest: sm3(body),
    });
    if (header('x-app-id') !== KEY.appId || header('x-sign') !== right) return says({}, 401)(response);
    asked.push({ method, url, body: body.length > 0 ? JSON.parse(body.toString()) : {} });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    answer?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  site = await startTestConsole({ city: { gateway: { url, ...KEY } } });
  phone = makePhone(site);
});
afterEach(async () => {
  await site.close();
  await close();
});

const records = async () =>
  (await site.db.read.select().from(tables.cityOutbox).orderBy(tables.cityOutbox.id)).map(({ record }) => record);

it('is asked by a signed request, and believed', async () => {
  answers = [says({ ...PASSED, methods: ['1', '2'], nation: '05' })];
  await authenticated(phone, typed('王新民', { methods: ['2', '1'] }));
  expect(asked).toEqual([
    {
      ...{ method: 'POST', url: '/v1/verifications' },
      body: {
        ...{ name: '王新民', id_card_type_code: '01', idcode: typed('王新民').idcode, phone: '13800002001' },
        methods: ['1', '2'],
      },
    },
  ]);
  expect(await records()).toMatchObject([{ authentication_method: '1^2', nation: '05' }]);
});

it('need not know the nation: then the person is asked', async () => {
  answers = [says({ result: 'passed', methods: ['2'] })];
  const call = phone.authenticate.mutate(typed('王新民'));
  await expect(call).rejects.toMatchObject({ data: { error: { code: 'BAD_INPUT', field: 'nation' } } });
  await authenticated(phone, typed('王新民', { nation: '08' }));
  expect(await records()).toMatchObject([{ nation: '08' }]);
});

it.each([
  ['says so', { result: 'mismatch' }],
  ['passes less than was asked for', { result: 'passed', methods: ['1'] }],
])('ends in a mismatch when it %s', async (_, answer) => {
  answers = [says(answer)];
  expect(await codeOf(phone.authenticate.mutate(typed('王新民')))).toBe('IDENTITY_MISMATCH');
});

describe('that is in trouble', () => {
  it('is asked again, three times in all', async () => {
    answers = [says({}, 503), (response) => response.destroy(), says(PASSED)];
    await authenticated(phone, typed('王新民'));
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['is down', says({}, 500), 3],
    ['refuses us', says({ code: 'FORBIDDEN' }, 403), 1],
    ['talks of something else', says({ ok: true }), 1],
    ['sends no JSON', (response: ServerResponse) => response.end('<html>'), 1],
  ])('counts nothing against the person: %s', async (_, answer, times) => {
    answers = [answer];
    for (let n = 0; n < 7; n += 1) {
      expect(await codeOf(phone.authenticate.mutate(typed('王新民')))).toBe('IDENTITY_UNAVAILABLE');
      if (n === 0) expect(asked).toHaveLength(times);
    }
    answers = [says(PASSED)];
    await authenticated(phone, typed('王新民'));
  });

  it('is not waited for longer than five seconds a try', { timeout: 60_000 }, async () => {
    answers = [() => {}];
    const started = performance.now();
    expect(await codeOf(phone.authenticate.mutate(typed('王新民')))).toBe('IDENTITY_UNAVAILABLE');
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(asked).toHaveLength(3);
  });
});

describe('a face', () => {
  const pending = { result: 'pending', id: 'verification-1', page: 'https://gateway.example/face/verification-1' };
  const begin = () => phone.authenticate.mutate(typed('王新民', { methods: ['3', '2'], nation: '01' }));

  it('is shown to the gateway’s page, never here', async () => {
    answers = [says(pending)];
    expect(await begin()).toEqual({ outcome: 'face', page: pending.page });
    expect(await phone.finishFace.mutate()).toMatchObject({ outcome: 'face' });
    expect(await records()).toEqual([]);
    answers = [says({ result: 'passed', methods: ['2', '3'], nation: '01' })];
    expect(await phone.finishFace.mutate()).toMatchObject({ outcome: 'authenticated' });
    expect(asked.at(-1)).toEqual({ method: 'GET', url: '/v1/verifications/verification-1', body: {} });
    expect(await records()).toMatchObject([{ authentication_method: '2^3', name: '王新民' }]);
    expect(await codeOf(phone.finishFace.mutate())).toBe('FACE_NOT_FOUND');
  });

  it('comes back to our own page, whatever is sent along', async () => {
    const send = (headers: Record<string, string>) =>
      fetch(`${site.url}/api/trpc/phone.authenticate`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({
          ...typed('王新民', { methods: ['3', '2'], nation: '01' }),
          ...{ returnTo: 'https://evil.example', return_to: 'https://evil.example' },
        }),
      });
    expect((await send({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await send({ origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' })).status).toBe(403);
    expect(asked).toEqual([]);
    answers = [says(pending)];
    await send({ origin: site.url, 'x-forwarded-host': 'evil.example', referer: 'https://evil.example/' });
    expect(asked).toMatchObject([{ body: { return_to: `${site.url}/phone/face` } }]);
  });

  it('is shown only once all is known that the gateway may not know', async () => {
    const call = phone.authenticate.mutate(typed('王新民', { methods: ['2', '3'] }));
    await expect(call).rejects.toMatchObject({ data: { error: { code: 'BAD_INPUT', field: 'nation' } } });
    expect(asked).toEqual([]);
    answers = [says(pending)];
    await begin();
    answers = [says({ result: 'passed', methods: ['2', '3'] })];
    expect(await phone.finishFace.mutate()).toMatchObject({ outcome: 'authenticated' });
  });

  it('that is another’s ends it, and counts as a try', async () => {
    answers = [says(pending)];
    for (let n = 0; n < 5; n += 1) {
      await begin();
      answers = [says({ result: 'mismatch' })];
      expect(await codeOf(phone.finishFace.mutate())).toBe('IDENTITY_MISMATCH');
      answers = [says(pending)];
    }
    expect(await codeOf(begin())).toBe('TOO_MANY_TRIES');
  });

  it('counts only with all that was asked for', async () => {
    answers = [says(pending)];
    await begin();
    answers = [says({ result: 'passed', methods: ['3'] })];
    expect(await codeOf(phone.finishFace.mutate())).toBe('IDENTITY_MISMATCH');
  });

  it('is finished on the phone that began it', async () => {
    answers = [says(pending)];
    await begin();
    answers = [says({ result: 'mismatch' })];
    const other = makePhone(site);
    await codeOf(other.authenticate.mutate(typed('李秀兰')));
    expect(await codeOf(other.finishFace.mutate())).toBe('FACE_NOT_FOUND');
    expect(await codeOf(makePhone(site).finishFace.mutate())).toBe('FACE_NOT_FOUND');
    answers = [says({ result: 'passed', methods: ['2', '3'] })];
    expect(await phone.finishFace.mutate()).toMatchObject({ outcome: 'authenticated' });
  });

  it('that is begun anew takes the place of the one before', async () => {
    answers = [says(pending)];
    await begin();
    answers = [says({ ...pending, id: 'verification-2' })];
    await begin();
    answers = [says({ result: 'passed', methods: ['2', '3'] })];
    expect(await phone.finishFace.mutate()).toMatchObject({ outcome: 'authenticated' });
    expect(asked.at(-1)?.url).toBe('/v1/verifications/verification-2');
    expect(await codeOf(phone.finishFace.mutate())).toBe('FACE_NOT_FOUND');
  });

  it('stays begun while the one before it ends', async () => {
    answers = [says(pending)];
    await begin();
    let answer = (_: ServerResponse) => {};
    const heard = new Promise<ServerResponse>((resolve) => {
      answer = resolve;
    });
    answers = [answer];
    const first = codeOf(phone.finishFace.mutate());
    const response = await heard;
    answers = [says({ ...pending, id: 'verification-2' })];
    await begin();
    says({ result: 'mismatch' })(response);
    expect(await first).toBe('IDENTITY_MISMATCH');
    answers = [says({ result: 'passed', methods: ['2', '3'] })];
    expect(await phone.finishFace.mutate()).toMatchObject({ outcome: 'authenticated' });
  });
});

/** Whom the console believes to talk with: spoofed headers move nothing. */
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkOf } from '../network.ts';
import { startTestConsole, type TestConsole } from '../test-console.ts';
import { makeFindPeer } from './peer.ts';

const STRANGERS = 50;

const from = (remoteAddress: string, headers: Record<string, string> = {}, encrypted = false) =>
  ({ headers, socket: { remoteAddress, encrypted } }) as unknown as IncomingMessage;

it.each([
  ['10.1.2.3', '10.1.2.3'],
  ['unknown', 'unknown'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('counts %s as %s', (address, network) => expect(networkOf(address)).toBe(network));

describe('the peer', () => {
  const find = makeFindPeer(['10.0.0.0/8', '192.0.2.1', 'fd00::/8']);

  it.each([
    ['nobody is believed who is not named', '203.0.113.9', { 'x-forwarded-for': '1.2.3.4' }, '203.0.113.9'],
    ['a proxy is', '10.1.2.3', { 'x-forwarded-for': '1.2.3.4' }, '1.2.3.4'],
    ['one by its own address', '192.0.2.1', { 'x-forwarded-for': '1.2.3.4' }, '1.2.3.4'],
    ['one over IPv6', 'fd00::7', { 'x-forwarded-for': '2001:db8::1' }, '2001:db8::1'],
    ['an IPv4 address told as IPv6', '::ffff:10.1.2.3', { 'x-forwarded-for': '::ffff:1.2.3.4' }, '1.2.3.4'],
    ['what the client wrote itself is not', '10.1.2.3', { 'x-forwarded-for': '6.6.6.6, 1.2.3.4' }, '1.2.3.4'],
    ['proxies in a row', '10.1.2.3', { 'x-forwarded-for': '6.6.6.6, 1.2.3.4, 10.9.9.9' }, '1.2.3.4'],
    ['nonsense', '10.1.2.3', { 'x-forwarded-for': "1.2.3.4, ' OR 1" }, '10.1.2.3'],
    ['ports', '10.1.2.3', { 'x-forwarded-for': '1.2.3.4:567' }, '1.2.3.4'],
    ['ports of IPv6', '10.1.2.3', { 'x-forwarded-for': '[2001:db8::1]:567' }, '2001:db8::1'],
    ['a proxy that asks for itself', '10.1.2.3', {}, '10.1.2.3'],
  ] as const)('%s', (_, address, headers, expected) => {
    expect(find(from(address, headers)).address).toBe(expected);
  });

  it('takes scheme and host from proxies only', () => {
    const told = { host: 'inside:3000', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'console.example' };
    expect(find(from('10.1.2.3', told))).toMatchObject({ secure: true, host: 'console.example' });
    expect(find(from('203.0.113.9', told))).toMatchObject({ secure: false, host: 'inside:3000' });
    // A proxy that adds to the client's word.
    const added = { 'x-forwarded-proto': 'https, http', host: 'a' };
    expect(find(from('10.1.2.3', added))).toMatchObject({ secure: false, host: 'a' });
    expect(find(from('203.0.113.9', {}, true)).secure).toBe(true);
  });

  it.each(['10.0.0.0/33', 'nginx', '10.0.0.1/8/8', '10.0.0.1/', '::1/129'])('does not start with %s', (entry) => {
    expect(() => makeFindPeer([entry])).toThrow(entry);
  });
});

describe.each([
  { trustedProxies: [], name: 'unnamed' },
  { trustedProxies: ['127.0.0.1'], name: 'named' },
])('behind a proxy that is $name', ({ trustedProxies, name }) => {
  const believed = name === 'named';
  let site: TestConsole;
  beforeAll(async () => {
    const many = 100_000;
    const limits = { address: many, user: many, site: many, stranger: STRANGERS };
    site = await startTestConsole({ trustedProxies, limits });
  });
  afterAll(() => site.close());

  /** `fetch` sets no Host. */
  const post = (path: string, headers: Record<string, string>, body: object) =>
    new Promise<{ status: number; headers: Headers }>((resolve, reject) => {
      const sent = request(
        `${site.url}${path}`,
        { method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
        (response) => {
          response.resume();
          const told = new Headers();
          for (const [key, value] of Object.entries(response.headersDistinct)) {
            for (const each of value ?? []) told.append(key, each);
          }
          resolve({ status: response.statusCode ?? 0, headers: told });
        },
      );
      sent.on('error', reject).end(JSON.stringify(body));
    });
  const signIn = (headers: Record<string, string>, password = 'demo-nurse', username = 'nurse') =>
    post('/api/auth/sign-in/username', headers, { username, password });

  it('cookies are Secure, and HSTS is told, when it says that it was HTTPS', async () => {
    const { headers } = await signIn({ 'x-forwarded-proto': 'https' });
    expect(/; Secure/.test(headers.getSetCookie()[0] ?? '')).toBe(believed);
    expect(headers.has('strict-transport-security')).toBe(believed);
    const phone = await post(
      '/api/trpc/phone.authenticate',
      { 'x-forwarded-proto': 'https' },
      {
        ...{ relation: 'self', consentVersion: '2026-11', name: '无此人', idCardTypeCode: '01' },
        ...{ idcode: '440106199001019996', phone: '13800000000', methods: ['1'] },
      },
    );
    expect(/phone_account=.*; Secure/.test(phone.headers.getSetCookie()[0] ?? '')).toBe(believed);
    expect((await signIn({})).headers.getSetCookie()[0]).not.toContain('Secure');
  });

  it('origins are judged by the name that it was asked for', async () => {
    const outside = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'console.example' };
    const by = async (origin: string) => (await signIn({ ...outside, host: 'inside', origin })).status;
    expect(await by('https://console.example')).toBe(believed ? 200 : 403);
    expect(await by('http://console.example')).toBe(403);
    expect(await by('http://inside')).toBe(believed ? 403 : 200);
    expect(await by('null')).toBe(403);
  });

  it('requests are counted by the address that it names', async () => {
    const statuses = [];
    for (let n = 0; n < STRANGERS + 1; n += 1) {
      const { status } = await post('/api/nothing', { 'x-forwarded-for': `198.51.100.${n}` }, {});
      statuses.push(status);
    }
    expect(statuses.at(-1)).toBe(believed ? 404 : 429);
  });
});

/** Malformed input to every procedure gives 4xx with a code, never 5xx. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoUser, listProcedures, sessionCookie, startTestConsole, type TestConsole } from './test-console.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

/** Somebody who may do it, so that the input is what is judged. */
const WHO: Record<string, DemoUser> = {
  scan: 'nurse',
  vouchers: 'nurse',
  'vouchers.void': 'site_admin',
  'vouchers.browse': 'site_admin',
  'vouchers.report': 'site_admin',
  'vouchers.issuers': 'site_admin',
  'sites.names': 'province',
  'vouchers.ofRecord': 'province',
  records: 'province',
  exchange: 'province',
  issuers: 'city',
  filings: 'city',
  sites: 'province',
  staff: 'province',
  audit: 'auditor',
  account: 'nurse2',
  'account.enrolTotp': 'auditor',
  'account.confirmTotp': 'auditor',
  'account.dropTotp': 'auditor',
  demo: 'city',
  trust: 'nurse',
  city: 'city',
  phone: 'nurse',
};

const nasty = fc.oneof(
  fc.anything({ withNullPrototype: false, maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.constantFrom('', '\u0000', '\uD800', '../../etc/passwd', "' OR 1=1 --", '9'.repeat(22), 1e308, -1, null, [], {}),
);
/** Right names with wrong values, and wrong names. */
const anyInput = fc.oneof(
  nasty,
  fc.record({ code: nasty }),
  fc.record({ voucherNo: nasty, reason: nasty }),
  fc.record({ voucherNo: fc.stringMatching(/^\d{22}$/), reason: nasty }),
  fc.record({
    search: fc.record({ by: fc.constantFrom('name', 'idcode', 'phone', 'code'), text: nasty }),
    cursor: nasty,
  }),
  fc.record({ id: nasty }),
  fc.record({ cdBatch: nasty }),
  fc.record({ appId: nasty, overlapHours: nasty, cityCode: nasty, label: nasty, code: nasty, cursor: nasty }),
  fc.record({ day: nasty, siteCode: nasty, cursor: nasty, state: nasty, issuedBy: nasty, order: nasty }),
  fc.record({ siteCode: fc.stringMatching(/^\d{10}$/), cursor: fc.stringMatching(/^\d{22}$/), issuedBy: fc.string() }),
  fc.record({ text: nasty }),
  fc.record({ filter: nasty, order: nasty, cursor: nasty }),
  fc.record({
    filter: fc.record(
      { from: nasty, to: nasty, action: nasty, outcome: nasty, actor: nasty, siteCode: nasty, subject: nasty },
      { requiredKeys: [] },
    ),
    cursor: fc.option(fc.integer(), { nil: undefined }),
  }),
  fc.record({ filter: fc.record({ actor: fc.string(), subject: fc.string({ unit: 'binary' }) }) }),
  fc.record({ username: nasty, name: nasty, role: nasty, siteCode: nasty, cityCode: nasty }),
  fc.record({
    code: fc.stringMatching(/^\d{10}$/),
    name: nasty,
    divisionCode: nasty,
    paper: nasty,
    staticCodes: nasty,
    unknownIssuers: nasty,
  }),
  fc.record({ role: nasty, siteCode: nasty, locked: nasty, cursor: nasty }),
  fc.record({ search: fc.record({ by: fc.constantFrom('username', 'name'), text: nasty }), cursor: nasty }),
  fc.record({ id: fc.nat(), move: fc.constantFrom('submit', 'approve', '__proto__'), opinion: nasty, fileId: nasty }),
  fc.record({ id: fc.nat(), appName: nasty, builder: nasty, authenticationMethod: nasty, state: nasty, cursor: nasty }),
  fc.record({
    ...{
      name: nasty,
      idCardTypeCode: fc.constantFrom('01', '03', '99'),
      idcode: nasty,
      phone: fc.constant('13800009999'),
    },
    ...{ methods: fc.constant(['1']), sex: nasty, birthday: nasty, nationality: nasty, nation: nasty },
    ...{ relation: fc.constantFrom('self', 'child'), consentVersion: fc.constant('2026-11') },
  }),
  fc.record({ memberId: fc.oneof(fc.nat(), nasty), phone: nasty, from: nasty, to: nasty }),
  fc.record({ password: nasty, newPassword: nasty, pin: nasty, newPin: nasty, code: nasty }, { requiredKeys: [] }),
  fc.record({ code: fc.stringMatching(/^\d{6}$/) }),
  fc.record({ __proto__: nasty, constructor: nasty }),
);

const procedures = listProcedures();

describe.each(procedures)('%s', (name, type) => {
  const path = `/api/trpc/${name}`;
  const who = WHO[name] ?? WHO[name.split('.')[0] ?? ''] ?? 'nurse';

  /** What takes no input ends or locks the session at once: each such procedure has its own. */
  const cookieOf = async () =>
    name.startsWith('account.') ? sessionCookie(await site.signIn(who)) : site.cookieOf(who);

  async function judge(response: Response) {
    const answer = await response.json();
    if (response.status === 200) return;
    // A batch is answered by a list.
    const body = Array.isArray(answer) ? answer[0] : answer;
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(body.error?.data?.error?.code ?? body.code).toMatch(/^[A-Z_]+$/);
  }

  it('any JSON', async () => {
    const cookie = await cookieOf();
    await fc.assert(
      fc.asyncProperty(anyInput, async (input) => {
        // JSON.stringify writes lone surrogates as escapes, so that they arrive as they are.
        const json = JSON.stringify(input) ?? '';
        const response =
          type === 'query'
            ? await fetch(`${site.url}${path}?input=${encodeURIComponent(json)}`, {
                headers: { cookie },
              })
            : await fetch(`${site.url}${path}`, {
                method: 'POST',
                headers: { cookie, 'content-type': 'application/json' },
                body: json,
              });
        await judge(response);
      }),
      { numRuns: 60 },
    );
  });

  it('bodies that are no JSON, other types and other methods', async () => {
    const cookie = await cookieOf();
    const post = (body: BodyInit, type: string) =>
      fetch(`${site.url}${path}`, { method: 'POST', headers: { cookie, 'content-type': type }, body });
    await judge(await post('{"code":', 'application/json'));
    await judge(await post(new Uint8Array([0xff, 0xfe, 0x00]), 'application/json'));
    await judge(await post('code=1', 'application/x-www-form-urlencoded'));
    await judge(await post('{}', 'text/plain'));
    await judge(await post(`{"code":"${'9'.repeat(100_000)}"}`, 'application/json'));
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      await judge(await fetch(`${site.url}${path}`, { method, headers: { cookie } }));
    }
    await judge(await fetch(`${site.url}${path}?input=%7B`, { headers: { cookie } }));
    await judge(await fetch(`${site.url}${path}?batch=1&input=nonsense`, { headers: { cookie } }));
  });
});

it.each([
  '/api/trpc/',
  '/api/trpc/__proto__',
  '/api/trpc/constructor.prototype',
  '/api/trpc/scan.lookup,scan.today?batch=1',
  '/api/trpc/%E0%A4%A',
  '/api/auth/sign-up/email',
  '/api/auth/get-session',
  '/api/nothing',
])('an address that is none: %s', async (path) => {
  for (const method of ['GET', 'POST']) {
    const response = await fetch(`${site.url}${path}`, { method, ...(method === 'POST' ? { body: '{' } : {}) });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
  }
});

it.each(['', '{', 'null', '[]', '{"code":1}', '{"code":"\u0000"}', '{"code":"123456"}'])(
  'a code of %j',
  async (body) => {
    for (const cookie of ['', 'console.two_factor=%00', 'console.two_factor=2fa-x.y; console.two_factor=z']) {
      const response = await fetch(`${site.url}/api/auth/sign-in/code`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie },
        body,
      });
      expect([400, 401]).toContain(response.status);
      expect((await response.json()).code).toMatch(/^[A-Z_]+$/);
    }
  },
);

it.each(['', '{', 'null', '[]', '{"username":1,"password":{}}', '{"username":"\\u0000","password":"x"}'])(
  'a sign-in of %j',
  async (body) => {
    const response = await fetch(`${site.url}/api/auth/sign-in/username`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect([400, 401]).toContain(response.status);
    expect((await response.json()).code).toMatch(/^[A-Z_]+$/);
  },
);

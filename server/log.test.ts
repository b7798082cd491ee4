/** A whole journey with LOG_LEVEL=debug, and what went wrong on it: nothing of a person, no password and no secret is printed. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO_CITY, DEMO_REGISTER } from '../db/demo/city.ts';
import { demoWelcome } from '../db/demo/fill.ts';
import { demoRecords } from '../db/demo/records.ts';
import { makeTestDatabase, type TestDatabase } from '../db/test-database.ts';
import { EVIDENCE } from '../e2e/evidence.ts';
import { type RunningServer, startServer } from '../e2e/server.ts';
import { authenticated, makePhone, typed } from './city/test-city.ts';
import { APP_4401, fictionalRecord, send, signed, upload } from './exchange/test-exchange.ts';
import { client, qrOf, sessionCookie } from './test-console.ts';

let database: TestDatabase;
const logFile = join(EVIDENCE.api, 'log.log');
const BACKUP_KEY = 'a-backup-key-of-these-tests-and-of-nothing-else';
const METRICS_TOKEN = 'a-token-of-these-tests-and-of-nothing-else';
let server: RunningServer;
beforeAll(async () => {
  rmSync(logFile, { force: true });
  const env = { LOG_LEVEL: 'debug', METRICS_TOKEN, BACKUP_KEY };
  database = await makeTestDatabase();
  server = await startServer({ databaseUrl: database.url, flags: ['--demo', '--api-only'], logFile, env });
});
afterAll(async () => {
  await server.stop();
  await database.drop();
});

const PASSWORD = 'demo-nurse';
const WRONG_PASSWORD = 'a-wrong-password-that-somebody-typed';
const LISTED = { name: '名单中人', username: 'listed-person' };
/** Cookies and codes that were given out on the way. */
const given: string[] = [];

it('prints nothing of a person, no password, no cookie, no secret and no code', { timeout: 120_000 }, async () => {
  const { client: nurse } = await signedIn('nurse');
  const province = await signedIn('province');
  const { client: auditor } = await signedIn('auditor');
  const uploaded = { ...fictionalRecord(7), name: '上传之人', address: '上传之人的住址八号' };
  await uploads(uploaded);
  await atTheDesk(nurse);
  await onThePhone();
  await byThoseInCharge(province.client, auditor, uploaded);
  await importsStaff(province.cookie);
  await strangeRequests();
  await brokenTable(nurse, uploaded);
  await server.stop();

  // The demo tells its logins on purpose.
  const welcome = new Set(demoWelcome(server.url).split('\n'));
  const lines = readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => !welcome.has(line));
  const printed = lines.join('\n');
  expect(lines.length).toBeGreaterThan(40);
  expect(printed).toContain('unexpected error');
  const persons = [
    ...demoRecords().flatMap(({ name, idcode, phone, address, currentAddress, linkman, telephone, erhcCardNo }) => [
      ...[name, idcode, phone, address, currentAddress, linkman, telephone, erhcCardNo],
    ]),
    ...DEMO_REGISTER.flatMap(({ name, idcode, phone }) => [name, idcode, phone]),
    ...Object.entries(uploaded).flatMap(([key, value]) =>
      /^(name|idcode|phone|address|erhc_card_no|linkman|telephone|current_address)$/.test(key) ? [String(value)] : [],
    ),
    ...[LISTED.name, '13912345678', '440106199001011234'],
  ].filter((text): text is string => Boolean(text) && String(text).length > 1);
  const secrets = [PASSWORD, WRONG_PASSWORD, APP_4401.secret, DEMO_CITY.issuerKey, BACKUP_KEY, METRICS_TOKEN, ...given];
  const forms = [...new Set([...persons, ...secrets])].flatMap((text) => [text, encodeURIComponent(text)]);
  expect(forms.length).toBeGreaterThan(100);
  expect(forms.filter((text) => printed.includes(text))).toEqual([]);
  // What is JSON has its request, so that a complaint finds its lines.
  expect(printed.match(/"requestId":"[0-9a-f-]{36}"/g)?.length).toBeGreaterThan(40);
});

async function signedIn(username: string) {
  const response = await post('/api/auth/sign-in/username', { username, password: `demo-${username}` });
  const cookie = sessionCookie(response);
  given.push(cookie, cookie.split('=')[1] ?? cookie);
  return { cookie, client: client(server.url, cookie) };
}
type Client = ReturnType<typeof client>;

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const refused = (call: Promise<unknown>) => call.then(() => 'ok').catch((error: Error) => error.message);

async function uploads(record: object) {
  const bad = { ...fictionalRecord(8), idcode: '440106199001011234', phone: '1391234567899' };
  expect(
    (await upload(server, { cdBatch: '4401261123090000001', records: [record, bad, { name: '张三丰' }] })).status,
  ).toBe(200);
  await upload(server, { cdBatch: '4401261123090000001', records: [bad] });
  await upload(server, { cdBatch: '4401261123090000002', records: [record], secret: 'nobody-knows-it' });
  await send(server, `{"cd_batch": "4401261123090000003", "records": [{"name": "上传之人"`);
  await send(server, '姓名,身份证\n上传之人,440106199001011234\n', { type: 'text/csv' });
  await signed(server, 'GET', '/api/exchange/v1/batches/4401261123090000001', { over: { 'x-sign': '0'.repeat(64) } });
  await signed(server, 'GET', '/api/exchange/v1/batches/440106199001011234');
}

async function atTheDesk(nurse: Client) {
  const code = qrOf('demo:authenticated');
  await nurse.scan.lookup.mutate({ code });
  await nurse.scan.reveal.mutate({ code });
  const { voucherNo } = await nurse.vouchers.issue.mutate({ code });
  await nurse.vouchers.reprint.mutate({ voucherNo });
  await refused(nurse.vouchers.issue.mutate({ code: qrOf('demo:unknown') }));
  await refused(nurse.vouchers.issue.mutate({ code: '王新民 440106199001011234' }));
  await refused(nurse.records.browse.mutate({ search: { by: 'name', text: '王' } }));
  await post('/api/auth/sign-in/username', { username: 'nurse', password: WRONG_PASSWORD });
  await post('/api/auth/sign-in/username', `{"username":"nurse","password":"${WRONG_PASSWORD}`);
}

async function onThePhone() {
  const phone = makePhone(server);
  const memberId = await authenticated(phone, typed('王新民'));
  given.push(phone.jar.cookie.split('=')[1] ?? '');
  for (const told of [await phone.code.mutate({ memberId }), await phone.staticCode.mutate({ memberId })]) {
    given.push(
      ...Object.values(told)
        .map(String)
        .filter((text) => text.includes(':') && text.length > 30),
    );
  }
  await refused(phone.authenticate.mutate(typed('王新民', { idcode: '440106199001011234' })));
  await refused(phone.authenticate.mutate(typed('王新民', { phone: '13912345678' })));
  await refused(phone.changePhone.mutate({ memberId, phone: '13912345678' }));
  await refused(phone.withdraw.mutate({ memberId }));
}

async function byThoseInCharge(province: Client, auditor: Client, { name, phone }: { name: string; phone?: unknown }) {
  const person = demoRecords()[0];
  await province.records.browse.mutate({ search: { by: 'name', text: name } });
  await province.records.browse.mutate({ search: { by: 'phone', text: String(phone) } });
  await province.records.reveal.mutate({ id: person?.id ?? '', reason: `${person?.name} 申请更正` });
  await auditor.audit.browse.mutate({ filter: {} });
}

async function importsStaff(cookie: string) {
  const form = new FormData();
  const rows = [`${LISTED.username},${LISTED.name},nurse,9999999999,`, `x,${LISTED.name},none,,`];
  form.set('file', new Blob([`用户名,姓名,角色,接种单位编码,城市编码\n${rows.join('\n')}\n`]), `${LISTED.name}.csv`);
  const headers = { cookie };
  expect((await fetch(`${server.url}/api/staff/import`, { method: 'POST', headers, body: form })).status).toBe(400);
}

/** People put what they look for into addresses, too. */
async function strangeRequests() {
  await fetch(`${server.url}/api/records/${encodeURIComponent('王新民')}?phone=13912345678`);
  await fetch(`${server.url}/api/trpc/${encodeURIComponent('王新民')}?input=440106199001011234`);
  await post('/api/trpc/scan.lookup', { code: qrOf('demo:authenticated') });
  await post('/api/trpc/scan.lookup', '{"code": "440106199001011234');
  await fetch(`${server.url}/api/health`, {
    headers: { cookie: 'console.session_token=a-cookie', authorization: 'Bearer b' },
  });
  await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
}

/** The unexpected: errors of the database quote what was to be stored. */
async function brokenTable(nurse: Client, record: object) {
  await database.breakTables('vouchers', 'authentication_records', 'sessions', 'city_residents');
  await refused(nurse.vouchers.issue.mutate({ code: qrOf('demo:child') }));
  expect(
    (await upload(server, { cdBatch: '4401261123090000009', records: [{ ...record, id: 'F'.repeat(32) }] })).status,
  ).toBe(500);
  expect((await post('/api/auth/sign-in/username', { username: 'nurse', password: PASSWORD })).status).toBe(500);
  await refused(makePhone(server).authenticate.mutate(typed('王小禾', { methods: ['1'] })));
  expect(existsSync(logFile)).toBe(true);
}

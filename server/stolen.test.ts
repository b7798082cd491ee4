/**
 * The database's file in a thief's hands, with its log: after a run of the real demo server in which everybody did everything, none of the
 * document numbers, phones and addresses that went in can be read in it.
 */
import { join } from 'node:path';
import { getTableColumns, getTableName } from 'drizzle-orm';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { DEMO_REGISTER } from '../db/demo/city.ts';
import { cardNoOf } from '../db/demo/fixed-residents.ts';
import { demoRecords } from '../db/demo/records.ts';
import { tables } from '../db/index.ts';
import { isSealed } from '../db/sealed-columns.ts';
import { makeTestDatabase, onPostgres, type TestDatabase } from '../db/test-database.ts';
import { EVIDENCE } from '../e2e/evidence.ts';
import { type RunningServer, startServer } from '../e2e/server.ts';
import { authenticated, makePhone, typed } from './city/test-city.ts';
import { fictionalRecord, upload, type WireRecord } from './exchange/test-exchange.ts';
import { maskIdcode } from './records/mask.ts';
import { client, qrOf, sessionCookie } from './test-console.ts';

let database: TestDatabase;
let server: RunningServer;
beforeAll(async () => {
  database = await makeTestDatabase();
  server = await startServer({
    ...{ databaseUrl: database.url, flags: ['--demo', '--api-only'] },
    logFile: join(EVIDENCE.api, 'stolen.log'),
  });
});
afterAll(async () => {
  await server.stop();
  await database.drop();
});

const UPLOADED: WireRecord[] = Array.from({ length: 50 }, (_, n) => ({
  ...fictionalRecord(n),
  ...{ address: `广州市失窃路${n}号`, current_address: `广州市失窃街${n}号`, birthplace: `广州市失窃巷${n}号` },
  ...{ phone: `1380001${String(n).padStart(4, '0')}`, telephone: `020-8100${n}`, linkman: `失窃联系${n}` },
}));
const CHANGED: WireRecord[] = UPLOADED.slice(0, 20).map((record, n) => ({
  ...record,
  ...{ cd_operation: 'u', phone: `1380002${String(n).padStart(4, '0')}`, current_address: `广州市失窃新街${n}号` },
}));
const FILING = {
  ...{ appName: '失窃应用', appOrganisation: '示例机构', organisationRecordNo: 'GZ-ORG-0009' },
  ...{ builder: '示例局(广州市失窃大道1号)', builderContact: '失窃建设 13800030001', developer: '示例公司' },
  ...{ developerContact: '失窃开发 020-81000099', authenticationMethod: '2' },
};

async function signIn(username: string) {
  const answer = await fetch(`${server.url}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: `demo-${username}` }),
  });
  const cookie = sessionCookie(answer);
  return { cookie, api: client(server.url, cookie) };
}

async function desk() {
  const { api: nurse } = await signIn('nurse');
  for (const key of ['demo:authenticated', 'demo:child', 'demo:foreigner', 'demo:long-name']) {
    await nurse.scan.lookup.mutate({ code: qrOf(key) });
    await nurse.scan.reveal.mutate({ code: qrOf(key) });
    await nurse.vouchers.issue.mutate({ code: qrOf(key) });
  }
  for (let n = 0; n < 10; n += 1) await nurse.vouchers.issue.mutate({ code: `${cardNoOf(`exchange:${n}`)}:1` });
  const { api: province } = await signIn('province');
  const { idcode, phone } = UPLOADED[30] ?? {};
  const searches = { idcode: String(idcode), phone: String(phone) };
  for (const by of ['idcode', 'phone'] as const) {
    const { items } = await province.records.browse.mutate({ search: { by, text: searches[by] } });
    expect(items.length).toBeGreaterThan(0);
    await province.records.reveal.mutate({ id: items[0]?.id ?? '', reason: '居民申请更正' });
  }
}

async function fileAnApp() {
  const { api: city, cookie } = await signIn('city');
  const { id } = await city.filings.create.mutate(FILING);
  const body = new FormData();
  body.set('kind', 'screen');
  body.set('file', new File([new Uint8Array(PNG.sync.write(new PNG({ width: 8, height: 8 })))], 'x.png'));
  expect(
    (await fetch(`${server.url}/api/filings/${id}/files`, { method: 'POST', headers: { cookie }, body })).status,
  ).toBe(200);
  await city.filings.move.mutate({ id, move: 'submit' });
  await city.filings.discard.mutate(await city.filings.create.mutate(FILING));
}

async function residents() {
  const phone = makePhone(server);
  const memberId = await authenticated(phone, typed('王新民'));
  await authenticated(phone, typed('王小禾', { methods: ['1'], relation: 'child' }));
  await phone.changePhone.mutate({ memberId, phone: '13800002001' });
  const leaving = makePhone(server);
  await leaving.withdraw.mutate({ memberId: await authenticated(leaving, typed('李秀兰')) });
  await authenticated(
    makePhone(server),
    typed('SOPHIE TURNER-LEE', { sex: '2', birthday: '1988-05-20', nationality: 'GBR' }),
  );
  const { api: city } = await signIn('city');
  await vi.waitFor(
    async () => expect((await city.city.outbox.query({})).counts).toMatchObject({ waiting: 0, sent: 0 }),
    { timeout: 30_000, interval: 200 },
  );
}

it('tells no document number, phone or address', { timeout: 120_000 }, async () => {
  for (const [n, records] of [UPLOADED, CHANGED].entries()) {
    const answer = await upload(server, { cdBatch: `440126112309000000${n}`, records });
    expect(await answer.json()).toMatchObject({ rejected: 0, accepted: records.length });
  }
  await desk();
  await fileAnApp();
  await residents();

  const people = [...demoRecords(), ...DEMO_REGISTER];
  const wire = [...UPLOADED, ...CHANGED];
  const secrets = new Set<string>([
    ...people.flatMap((person) => [person.idcode, person.phone ?? '']),
    ...people.map(({ idcode }) => maskIdcode(idcode)),
    ...demoRecords().flatMap((row) =>
      [row.address, row.currentAddress, row.linkman, row.telephone].map((text) => text ?? ''),
    ),
    ...['idcode', 'phone', 'telephone', 'linkman', 'address', 'current_address', 'birthplace'].flatMap((name) =>
      wire.map((row) => String(row[name])),
    ),
    ...['13800030001', '020-81000099', '失窃建设', '失窃开发', '失窃大道'],
  ]);
  secrets.delete('');
  expect(secrets.size).toBeGreaterThan(900);
  const bytes = await database.bytes();
  expect(bytes.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(onPostgres ? 100_000 : 1_000_000);
  // What may be read is found: the search itself works.
  expect(bytes.some((each) => each.includes('阿卜杜热依木江'))).toBe(true);
  const forms = (secret: string) => [
    Buffer.from(secret),
    Buffer.from(secret, 'utf16le'),
    Buffer.from(secret).toString('hex'),
  ];
  const read = [...secrets].filter((secret) => bytes.some((each) => forms(secret).some((form) => each.includes(form))));
  expect(read).toEqual([]);
  // Nor by what it looks like.
  const texts = bytes.map((each) => each.toString('latin1'));
  for (const form of [
    /(?<![\dA-Za-z])1380000\d{4}(?!\d)/,
    /(?<!\d)44\d{4}(19|20)\d{2}[01]\d[0-3]\d99\d[\dX](?![\dA-Za-z])/,
  ]) {
    for (const text of texts) expect(form.exec(text)?.[0]).toBeUndefined();
  }
});

it('holds nothing but sealed values where they are to be, each with its index', async () => {
  let values = 0;
  for (const table of Object.values(tables)) {
    const columns = Object.values(getTableColumns(table));
    const name = getTableName(table);
    for (const column of columns.filter(isSealed)) {
      const text = `SELECT ${column.name} AS value FROM ${name} WHERE ${column.name} IS NOT NULL`;
      for (const { value } of await database.look((sql) => sql.all<{ value: string }>(text))) {
        expect(value).toMatch(/^k1\.[\w-]{64,}$/);
        values += 1;
      }
    }
    for (const { name: index } of columns.filter((column) => column.name.endsWith('_index'))) {
      expect(await database.one(`SELECT count(*) FROM ${name} WHERE ${index} IS NULL`)).toBe(0);
    }
  }
  expect(values).toBeGreaterThan(1000);
});

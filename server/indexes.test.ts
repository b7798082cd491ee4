/** Every query that the doors send has its index: none reads a whole table, none sorts by itself. */
import Database from 'better-sqlite3';
import { eq } from 'drizzle-orm';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { demoDynamicCode } from '../db/demo/city.ts';
import { cardNoOf } from '../db/demo/fixed-residents.ts';
import { demoRecords } from '../db/demo/records.ts';
import { pathOf, tables } from '../db/index.ts';
import { keepOwnAccounts } from './account/test-account.ts';
import { authenticated, makePhone, typed } from './city/test-city.ts';
import { fictionalRecord, signed, upload as uploadTo } from './exchange/test-exchange.ts';
import { assertClock } from './operations/trusted-clock.ts';
import { countRecords } from './records/list-records.ts';
import { walkRecords } from './records/walk-records.ts';
import { manageStaff } from './staff/test-staff.ts';
import { listProcedures, qrOf, startTestConsole, type TestConsole } from './test-console.ts';
import { shanghaiDay } from './time.ts';

const RECONCILIATION = 'reconciliation?from=2026-06-01&to=2026-06-30';

type Client = Awaited<ReturnType<TestConsole['as']>>;
let site: TestConsole;
// Before a connection is opened: each compiles a text once, by what it took from here.
const prepare = vi.spyOn(Database.prototype, 'prepare');
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

it('finds no scan and no sort in the plans', async () => {
  const code = { code: qrOf('demo:authenticated') };
  const nurse = await site.as('nurse');
  const admin = await site.as('site_admin');
  const province = await site.as('province');
  const auditor = await site.as('auditor');
  const city = await site.as('city');
  await nurse.scan.lookup.mutate(code);
  await nurse.scan.lookup.mutate({ code: qrOf('demo:unknown') });
  await nurse.scan.reveal.mutate(code);
  const { voucherNo } = await nurse.vouchers.issue.mutate(code);
  await nurse.vouchers.issue.mutate(code);
  await nurse.vouchers.reprint.mutate({ voucherNo });
  await nurse.vouchers.open.mutate({ voucherNo });
  await nurse.scan.today.query();
  await nurse.staff.me.query();
  await browseVouchers(admin, province, voucherNo);
  await admin.vouchers.report.mutate({});
  await admin.vouchers.void.mutate({ voucherNo, reason: '打印有误' });
  const { nextCursor } = await province.records.browse.mutate({});
  await province.records.browse.mutate({ cursor: nextCursor ?? undefined });
  const person = demoRecords()[0];
  await province.records.browse.mutate({ search: { by: 'name', text: '王' } });
  await province.records.browse.mutate({ search: { by: 'name', text: '王' }, cursor: nextCursor ?? undefined });
  await province.records.browse.mutate({ search: { by: 'phone', text: person?.phone ?? '' } });
  await province.records.browse.mutate({ search: { by: 'idcode', text: person?.idcode ?? '' } });
  await province.records.browse.mutate({ search: { by: 'code', text: code.code } });
  for (const search of [
    undefined,
    { by: 'name' as const, text: '王' },
    { by: 'phone' as const, text: person?.phone ?? '' },
  ]) {
    for (const order of ['newest', 'oldest'] as const) {
      for (const filter of [
        { from: '2026-06-01', to: '2026-06-30' },
        { cityCode: '4401' },
        { state: 'withdrawn' as const, from: '2026-06-01' },
      ]) {
        await province.records.browse.mutate({ search, order, ...filter });
        await province.records.browse.mutate({ search, order, ...filter, cursor: nextCursor ?? undefined });
        await countRecords(site.db.read, { search, ...filter }, 9);
        for await (const rows of walkRecords(site.db.read, { search, ...filter }, { backwards: order === 'newest' })) {
          expect(rows.length).toBeGreaterThan(0);
        }
      }
    }
  }
  await province.records.open.mutate({ id: person?.id ?? '' });
  await province.records.reveal.mutate({ id: person?.id ?? '', reason: '居民申请更正' });
  await province.records.sources.query();
  const { id } = await province.exports.start.mutate({
    source: 'records',
    format: 'csv',
    filter: {},
    columns: ['name'],
  });
  await province.exports.list.query();
  await province.exports.cancel.mutate({ id });
  await manageSites(province, admin);
  await manageStaff(site, province, admin);
  await keepOwnAccounts(site);
  const upload = (cdBatch: string, records: object[]) => uploadTo(site, { cdBatch, records });
  await upload('4401261123090000001', [fictionalRecord(1), { ...fictionalRecord(2), phone: '' }]);
  await upload('4401261123090000002', [
    { ...fictionalRecord(1), cd_operation: 'u', name: '改名' },
    { ...fictionalRecord(1), cd_operation: 'd' },
  ]);
  for (const path of ['batches/4401261123090000001', 'batches/4401261123090000001/errors.csv', RECONCILIATION]) {
    expect((await signed(site, 'GET', `/api/exchange/v1/${path}`)).status).toBe(200);
  }
  await province.exchange.browseBatches.query({});
  await province.exchange.browseBatches.query({ cityCode: '4401', cursor: 9 });
  await province.exchange.openBatch.query({ cdBatch: '4401261123090000001' });
  await province.exchange.platforms.query();
  await city.exchange.platforms.query();
  await province.exchange.createCity.mutate({ code: '4404' });
  const { appId } = await province.exchange.createCredential.mutate({ cityCode: '4404', label: '测试' });
  await province.exchange.rotateCredential.mutate({ appId });
  await province.exchange.revokeCredential.mutate({ appId });
  await province.issuers.create.mutate({ code: 'INDEXED', cityCode: '4401', label: '测试' });
  for (const who of [province, city]) await who.issuers.rotate.mutate({ code: 'INDEXED' });
  await nurse.scan.lookup.mutate({ code: demoDynamicCode(cardNoOf('demo:child'), 60) });
  for (const who of [province, city]) await who.issuers.list.query();
  await city.issuers.revoke.mutate({ code: 'INDEXED' });
  await fileAnApp(city, province);
  for (const reader of [city, province, admin]) await reader.figures.read.query({ period: 'month' });
  await liveInTheCity(city);
  await browseTheTrail(auditor);
  await assertClock(site.db.read, new Date());
  // Long after: it looks for whatever happened since.
  await expect(assertClock(site.db.read, new Date(Date.now() + 400 * 86_400_000))).rejects.toThrow('knows nothing');
  await nurse.demo.codes.query();
  await nurse.demo.register.query();
  await Promise.all([nurse.phone.choices.query(), nurse.trust.read.query()]);
  await fetch(`${site.url}/api/health`);
  await fetch(`${site.url}/api/auth/sign-out`, { method: 'POST', headers: { cookie: await site.cookieOf('city') } });
  const asked = prepare.mock.calls.map(([sql]) => String(sql));
  // drizzle's, and not those of the keys and of the migrations.
  const queries = new Set(asked.filter((sql) => /^(select|insert|update|delete|with) /.test(sql)));
  prepare.mockRestore();
  expect(queries.size).toBeGreaterThan(25);
  // A procedure that this test forgot would go unseen.
  expect(listProcedures()).toHaveLength(80);

  const database = new Database(pathOf(site.database.url), { readonly: true });
  // No tables: `found` are rows that were found and are counted, VALUES those that are inserted.
  // In the order of its own key SQLite calls even the first page of a table a scan.
  const byRowid = /from "(batches|filings)" .* order by "\1"\."id" desc limit \?$/;
  // SQLite plans to look for orphans of a new parent; it does so only while there are any.
  const parents = /^insert into "(batches|cities|credentials|filings)"/;
  // The verification walks the whole trail: that is what it is for.
  const walk = /^select [^(]* from "audit_events" order by "audit_events"\."id" asc limit \?$/;
  // Each facet gives a page's worth of rows at most; of those the first are chosen.
  const ofFacets = /from "record_facets" inner join "authentication_records"/;
  // A person has a few records, a record a few vouchers; they are sorted after they were found.
  const ofOnePerson =
    /"(phone_index|idcode_index|erhc_card_no)" = \?.* order by "authentication_records"\."cd_time" (asc|desc)|"record_id" = \? order by "vouchers"\."issued_at" desc/;
  const slow = [...queries]
    .filter((sql) => !byRowid.test(sql) && !walk.test(sql) && !parents.test(sql))
    .flatMap((sql) => {
      const parameters = sql.match(/\?/g)?.map(() => null) ?? [];
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters) as { detail: string }[];
      const bad = plan.filter(
        ({ detail }) =>
          (/^SCAN/.test(detail) && !detail.includes('INDEX') && !/^SCAN (found$|\d+-ROW VALUES)/.test(detail)) ||
          (/TEMP B-TREE/.test(detail) && !ofOnePerson.test(sql) && !ofFacets.test(sql)),
      );
      return bad.map(({ detail }) => `${detail}: ${sql}`);
    });
  database.close();
  expect(slow).toEqual([]);
});

/** Every filter of the voucher list, from the start and from a page on, in both orders. */
async function browseVouchers(admin: Client, province: Client, cursor: string) {
  const { items } = await province.vouchers.browse.mutate({ siteCode: '4401060001' });
  expect(items).not.toEqual([]);
  for (const order of ['newest', 'oldest'] as const) {
    for (const from of [{}, { cursor }]) {
      for (const state of [{}, { state: 'live' }, { state: 'voided' }] as const) {
        for (const issuedBy of [{}, { issuedBy: 'x' }]) {
          const input = { order, ...from, ...state, ...issuedBy };
          await admin.vouchers.browse.mutate(input);
          await province.vouchers.browse.mutate(input);
          await province.vouchers.browse.mutate({ ...input, siteCode: '4401060001' });
        }
      }
    }
  }
  await admin.vouchers.issuers.query({});
  for (const text of ['', '天河', '44']) await province.sites.names.query({ text });
  await province.vouchers.ofRecord.mutate({ id: demoRecords()[0]?.id ?? '' });
}

/** Everything that a resident's phone and the city's people ask, with a row that is accepted and one that is refused. */
async function liveInTheCity(city: Client) {
  const phone = makePhone(site);
  const memberId = await authenticated(phone, typed('王新民'));
  await authenticated(phone, typed('王小禾', { methods: ['1'], relation: 'child' }));
  await authenticated(phone, typed('王新民', { methods: ['1', '2'] }));
  await phone.state.query();
  await phone.code.mutate({ memberId });
  await phone.staticCode.mutate({ memberId });
  await phone.changePhone.mutate({ memberId, phone: '13800002001' });
  site.city.startUploads(site.url);
  const uploaded = async () => (await city.city.outbox.query({})).counts;
  await vi.waitFor(async () => expect(await uploaded()).toMatchObject({ waiting: 0, sent: 0, accepted: 3 }), 20_000);
  const today = shanghaiDay(new Date());
  expect(await city.city.reconcile.query({ from: today, to: today })).toMatchObject([{ own: 2, held: 2, equal: true }]);
  await phone.withdraw.mutate({ memberId });
  const { cityOutbox } = tables;
  await site.db.write((tx) => tx.update(cityOutbox).set({ state: 'refused' }).where(eq(cityOutbox.id, 1)));
  await city.city.outbox.query({ cursor: 9 });
  await city.city.retry.mutate({ id: 1 });
  await city.city.retryAll.mutate();
}

/** Every filter of the audit trail, alone and together, in both orders (a cursor changes no query); and its check. */
async function browseTheTrail(auditor: Client) {
  const each = [
    { from: '2026-01-01' },
    { to: '2099-01-01' },
    { action: 'scan.lookup' },
    { outcome: 'ok' },
    { outcomeClass: 'good' },
    { outcomeClass: 'bad' },
    { actor: 'nurse' },
    { siteCode: '4401060001' },
    { subject: '1' },
  ] as const;
  const pairs = each.flatMap((one, n) => each.slice(n).map((other) => ({ ...one, ...other })));
  for (const filter of [{}, ...pairs, Object.assign({}, ...each)]) {
    for (const order of ['newest', 'oldest'] as const) {
      await auditor.audit.browse.mutate({ filter, order });
    }
  }
  await auditor.audit.verify.mutate();
  await vi.waitUntil(async () => (await auditor.audit.verification.query()).state === 'whole');
  await auditor.audit.cancelVerification.mutate();
}

async function manageSites(province: Client, admin: Client) {
  const place = { divisionCode: '440106', paper: 'A5' as const, nextStation: '登记台' };
  const settings = { ...place, kioskPrinting: false, idleLockMinutes: 5 };
  const site = { code: '4401060009', name: '索引单位', ...settings, staticCodes: false, unknownIssuers: false };
  await province.sites.create.mutate(site);
  await province.sites.save.mutate(site);
  await province.sites.divisions.query();
  for (const who of [province, admin]) {
    for (const filter of [{}, { name: '天' }, { cityCode: '4401' }, { name: '天', cityCode: '4401' }]) {
      await who.sites.browse.query(filter);
      await who.sites.browse.query({ ...filter, cursor: '4401060001' });
    }
  }
}

async function fileAnApp(city: Client, province: Client) {
  const word = '示例';
  const form = {
    ...{ appName: word, appOrganisation: word, organisationRecordNo: word, builder: word, builderContact: word },
    ...{ developer: word, developerContact: word, authenticationMethod: '2' },
  };
  const { id } = await city.filings.create.mutate(form);
  const headers = { cookie: await site.cookieOf('city') };
  const send = async (kind: string) => {
    const body = new FormData();
    body.set('kind', kind);
    body.set('file', new File([new Uint8Array(PNG.sync.write(new PNG({ width: 8, height: 8 })))], 'x.png'));
    const response = await fetch(`${site.url}/api/filings/${id}/files`, { method: 'POST', headers, body });
    return (await response.json()) as { fileId: string };
  };
  await city.filings.save.mutate({ id, ...form });
  await city.filings.discard.mutate(await city.filings.create.mutate(form));
  await city.filings.removeFile.mutate({ id, ...(await send('screen')) });
  await send('screen');
  await city.filings.move.mutate({ id, move: 'submit' });
  const { fileId } = await send('stamped');
  await city.filings.move.mutate({ id, move: 'hand_in' });
  const picture = `${site.url}/api/filings/${id}/files/${fileId}`;
  expect((await fetch(picture, { headers: { cookie: await site.cookieOf('province') } })).status).toBe(200);
  for (const reader of [city, province]) {
    await reader.filings.open.mutate({ id });
    for (const state of [undefined, 'handed_in'] as const) {
      for (const cityCode of [undefined, '4401']) {
        await reader.filings.browse.query({ state, cityCode });
        await reader.filings.browse.query({ state, cityCode, cursor: 9 });
      }
    }
  }
  await province.filings.move.mutate({ id, move: 'approve', opinion: '同意' });
  await province.filings.move.mutate({ id, move: 'revoke', opinion: '撤销' });
}

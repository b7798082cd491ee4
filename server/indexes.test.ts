/** Every query that the doors send has its index: none reads a whole table, none sorts by itself. */
import Database from 'better-sqlite3';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { demoRecords } from '../db/demo/records.ts';
import { fictionalRecord, signed, upload as uploadTo } from './exchange/test-exchange.ts';
import { listProcedures, qrOf, startTestConsole, type TestConsole } from './test-console.ts';

const RECONCILIATION = 'reconciliation?from=2026-06-01&to=2026-06-30';

type Client = Awaited<ReturnType<TestConsole['as']>>;
let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

it('finds no scan and no sort in the plans', async () => {
  const prepare = vi.spyOn(Database.prototype, 'prepare');
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
  await admin.vouchers.browse.mutate({});
  await admin.vouchers.browse.mutate({ cursor: 5 });
  for (const state of ['live', 'voided'] as const) await admin.vouchers.browse.mutate({ state });
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
  await province.records.open.mutate({ id: person?.id ?? '' });
  await manageSites(province, admin);
  await manageStaff(province, admin);
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
  await fileAnApp(city, province);
  await auditor.audit.browse.query({});
  await auditor.audit.browse.query({ cursor: 10 });
  await nurse.demo.codes.query();
  await fetch(`${site.url}/api/health`);
  await fetch(`${site.url}/api/auth/sign-out`, { method: 'POST', headers: { cookie: await site.cookieOf('city') } });
  const queries = new Set(prepare.mock.calls.map(([sql]) => String(sql)));
  prepare.mockRestore();
  expect(queries.size).toBeGreaterThan(25);
  // A procedure that this test forgot would go unseen.
  expect(listProcedures()).toHaveLength(38);

  const database = new Database(site.databaseFile, { readonly: true });
  // In the order of its own key SQLite calls even the first page of a table a scan.
  const byRowid = /from "(audit_events|batches|filings)" .* order by "\1"\."id" desc limit \?$/;
  // SQLite plans to look for orphans of a new parent; it does so only while there are any.
  const parents = /^insert into "(batches|cities|credentials|filings)"/;
  // A person has a few records; they are sorted after they were found.
  const ofOnePerson = /"(phone|idcode|erhc_card_no)" = \?.* order by "authentication_records"\."cd_time" desc/;
  const slow = [...queries]
    .filter((sql) => !byRowid.test(sql) && !parents.test(sql))
    .flatMap((sql) => {
      const parameters = sql.match(/\?/g)?.map(() => null) ?? [];
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters) as { detail: string }[];
      const bad = plan.filter(
        ({ detail }) =>
          (/^SCAN/.test(detail) && !detail.includes('INDEX')) || (/TEMP B-TREE/.test(detail) && !ofOnePerson.test(sql)),
      );
      return bad.map(({ detail }) => `${detail}: ${sql}`);
    });
  database.close();
  expect(slow).toEqual([]);
});

async function manageSites(province: Client, admin: Client) {
  const settings = { divisionCode: '440106', paper: 'A5' as const, nextStation: '登记台', kioskPrinting: false };
  const site = { code: '4401060009', name: '索引单位', ...settings, staticCodes: false };
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

async function manageStaff(province: Client, admin: Client) {
  const nurse = { username: 'indexed', name: '索引', role: 'nurse' as const, siteCode: '4401060001' };
  await province.staff.create.mutate(nurse);
  await province.staff.save.mutate({ ...nurse, name: '改名' });
  await province.staff.save.mutate({ username: 'indexed', name: '改名', role: 'city', cityCode: '4401' });
  const places = [{}, { role: 'nurse' as const }, { siteCode: '4401060001' }, { cityCode: '4401' }];
  const states = [{}, { locked: true }, { locked: false }];
  const searches = [{}, ...(['username', 'name'] as const).map((by) => ({ search: { by, text: '索' } }))];
  const all = places.flatMap((place) => states.flatMap((state) => searches.map((s) => ({ ...place, ...state, ...s }))));
  for (const who of [province, admin]) {
    for (const filter of [...all, { role: 'nurse' as const, siteCode: '4401060001', locked: true }]) {
      await who.staff.browse.mutate(filter);
      await who.staff.browse.mutate({ ...filter, cursor: 'indexed' });
    }
  }
  const { username } = nurse;
  await province.staff.resetPassword.mutate({ username });
  await province.staff.lock.mutate({ username });
  await province.staff.unlock.mutate({ username });
  await province.staff.endSessions.mutate({ username });
  const body = new FormData();
  body.set('file', new File(['username,name,role,site_code,city_code\nimported,甲,nurse,4401060001,'], 'staff.csv'));
  const headers = { cookie: await site.cookieOf('province') };
  expect((await fetch(`${site.url}/api/staff/import`, { method: 'POST', headers, body })).status).toBe(200);
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
      await reader.filings.browse.query({ state });
      await reader.filings.browse.query({ state, cursor: 9 });
    }
  }
  await province.filings.move.mutate({ id, move: 'approve', opinion: '同意' });
  await province.filings.move.mutate({ id, move: 'revoke', opinion: '撤销' });
}

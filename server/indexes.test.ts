/** Every query that the doors send has its index: none reads a whole table, none sorts by itself. */
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { demoRecords } from '../db/demo/records.ts';
import { listProcedures, qrOf, startTestConsole, type TestConsole } from './test-console.ts';

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
  await province.staff.changeRole.mutate({ username: 'nurse2', role: 'nurse', siteCode: '4403050001' });
  await auditor.audit.browse.query({});
  await auditor.audit.browse.query({ cursor: 10 });
  await nurse.demo.codes.query();
  await fetch(`${site.url}/api/health`);
  await fetch(`${site.url}/api/auth/sign-out`, { method: 'POST', headers: { cookie: await site.cookieOf('city') } });
  const queries = new Set(prepare.mock.calls.map(([sql]) => String(sql)));
  prepare.mockRestore();
  expect(queries.size).toBeGreaterThan(25);
  // A procedure that this test forgot would go unseen.
  expect(listProcedures()).toHaveLength(14);

  const database = new Database(site.databaseFile, { readonly: true });
  // In the order of its own key SQLite calls even the first page of a table a scan.
  const byRowid = /from "audit_events" .* order by "audit_events"\."id" desc limit \?$/;
  const slow = [...queries]
    .filter((sql) => !byRowid.test(sql))
    .flatMap((sql) => {
      const parameters = sql.match(/\?/g)?.map(() => null) ?? [];
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters) as { detail: string }[];
      const bad = plan.filter(
        ({ detail }) => (/^SCAN/.test(detail) && !detail.includes('INDEX')) || /TEMP B-TREE/.test(detail),
      );
      return bad.map(({ detail }) => `${detail}: ${sql}`);
    });
  database.close();
  expect(slow).toEqual([]);
});

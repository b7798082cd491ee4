/** A database of an earlier version, with data in it, is brought up to date and loses nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { stateOf } from '../server/records/facets.ts';
import { demoRecords } from './demo/records.ts';
import { open, tables } from './index.ts';
import { insertRecord, oldDatabase } from './test-old-database.ts';

it('0001: records get their `seq`, and vouchers keep their record', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'console-migrations-'));
  const file = join(folder, 'old.db');
  const old = oldDatabase(file, 1);
  const [first, second] = demoRecords();
  for (const row of [first, second]) {
    // There were no warnings then.
    const { warnings: _warnings, ...fields } = row ?? {};
    insertRecord(old, fields);
  }
  old.exec(`INSERT INTO sites VALUES ('4401060001', 'site', 'A5', 'desk');
    INSERT INTO staff (id, name, email, username, role, created_at, updated_at) VALUES ('s', 's', 's', 's', 'nurse', 0, 0);
    INSERT INTO vouchers (voucher_no, site_code, day, serial, erhc_card_no, record_id, snapshot, issued_at, issued_by, print_count)
      VALUES ('1', '4401060001', '2026-11-01', 1, 'X', '${first?.id}', '{}', '', 's', 1);`);
  old.close();

  const db = await open(`file:${file}`);
  await db.unlock();
  const records = await db.read.select().from(tables.records);
  expect(records.map(({ seq, warnings, ...row }) => ({ ...row, seq: typeof seq, warnings }))).toMatchObject(
    [first, second].map((row) => ({ ...row, seq: 'number', warnings: null })),
  );
  expect((await db.read.select().from(tables.vouchers))[0]?.recordId).toBe(first?.id);
  await db.close();
  const now = new Database(file);
  expect(now.pragma('foreign_key_check')).toEqual([]);
  now.close();
  rmSync(folder, { recursive: true });
});

it('0002: filings keep their numbers and states', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'console-migrations-'));
  const file = join(folder, 'old.db');
  const old = oldDatabase(file, 2);
  old.exec(`INSERT INTO cities VALUES ('4401', 'city');
    INSERT INTO filings VALUES ('APP-1', 'NET-1', 'one', '4401', 'approved'), ('APP-2', 'NET-2', 'two', '4401', 'revoked');`);
  old.close();

  const db = await open(`file:${file}`);
  await db.unlock();
  expect(await db.read.select().from(tables.filings)).toMatchObject([
    { appRecordNoRecognize: 'APP-1', appRecordNo: 'NET-1', appName: 'one', cityCode: '4401', state: 'approved' },
    { appRecordNoRecognize: 'APP-2', appRecordNo: 'NET-2', appName: 'two', cityCode: '4401', state: 'revoked' },
  ]);
  await db.close();
  const now = new Database(file);
  expect(now.pragma('foreign_key_check')).toEqual([]);
  now.close();
  rmSync(folder, { recursive: true });
});

it('0004: records get the facets that their fields make', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'console-migrations-'));
  const file = join(folder, 'old.db');
  const old = oldDatabase(file, 4);
  const rows = demoRecords();
  for (const row of rows) insertRecord(old, row);
  old.close();

  const db = await open(`file:${file}`);
  await db.unlock();
  const stored = await db.read
    .select()
    .from(tables.records)
    .innerJoin(tables.recordFacets, eq(tables.recordFacets.id, tables.records.facetId))
    .orderBy(tables.records.seq);
  expect(
    stored.map(
      ({ authentication_records: { seq: _seq, facetId: _facetId, idcodeIndex: _1, phoneIndex: _2, ...row } }) => row,
    ),
  ).toEqual(rows);
  expect(stored.map(({ record_facets: { id: _id, ...facet } }) => facet)).toEqual(
    rows.map((row) => ({
      cdSource: row.cdSource,
      appRecordNoRecognize: row.appRecordNoRecognize,
      state: stateOf(row),
      methods: row.authenticationMethod ?? '',
    })),
  );
  await db.close();
  const now = new Database(file);
  expect(now.pragma('foreign_key_check')).toEqual([]);
  now.close();
  rmSync(folder, { recursive: true });
});

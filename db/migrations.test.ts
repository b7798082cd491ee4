/** A database of an earlier version, with data in it, is brought up to date and loses nothing. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { demoRecords } from './demo/records.ts';
import { open, tables } from './index.ts';

it('0001: records get their `seq`, and vouchers keep their record', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'console-migrations-'));
  const file = join(folder, 'old.db');
  const old = new Database(file);
  const sql = readFileSync('db/migrations/sqlite/0000_main_job.sql', 'utf8');
  for (const statement of sql.split('--> statement-breakpoint')) old.exec(statement);
  const journal = JSON.parse(readFileSync('db/migrations/sqlite/meta/_journal.json', 'utf8'));
  old.exec('CREATE TABLE __drizzle_migrations (id INTEGER PRIMARY KEY, hash text NOT NULL, created_at numeric)');
  old.prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)').run('', journal.entries[0].when);
  const [first, second] = demoRecords();
  for (const row of [first, second]) {
    const cells = Object.entries(row ?? {}).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]);
    const names = cells.map(([name]) => name).join(', ');
    old
      .prepare(`INSERT INTO authentication_records (${names}) VALUES (${cells.map(() => '?').join(', ')})`)
      .run(...cells.map(([, value]) => value));
  }
  old.exec(`INSERT INTO sites VALUES ('4401060001', 'site', 'A5', 'desk');
    INSERT INTO staff (id, name, email, username, role, created_at, updated_at) VALUES ('s', 's', 's', 's', 'nurse', 0, 0);
    INSERT INTO vouchers (voucher_no, site_code, day, serial, erhc_card_no, record_id, snapshot, issued_at, issued_by, print_count)
      VALUES ('1', '4401060001', '2026-11-01', 1, 'X', '${first?.id}', '{}', '', 's', 1);`);
  old.close();

  const db = open(`file:${file}`);
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

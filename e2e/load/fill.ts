/** A database with as many records as a province has residents, made fast: one record of the demo, again and again under other card numbers. */
import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { fillDemo } from '../../db/demo/fill.ts';
import { cardNoOf } from '../../db/demo/fixed-residents.ts';
import { open, pathOf } from '../../db/index.ts';
import { TEST_SECRET } from '../server.ts';

/** Sites with a nurse each, `load1` and so on: a site gives out 9999 vouchers a day at most. */
export const SITES = 16;
const LOT = 100_000;

/** The card number of the n-th record. */
export const cardOf = (n: number) => createHash('sm3').update(`load:${n}`).digest('hex').toUpperCase();

/**
 * Makes a demo's database with `count` authenticated residents more, and {@link SITES} sites.
 * @param told how many are stored
 */
export async function fillRecords(databaseUrl: string, count: number, told: (stored: number) => void): Promise<void> {
  const db = await open(databaseUrl);
  await db.unlock();
  await fillDemo(db, TEST_SECRET);
  await db.close();
  const database = new Database(pathOf(databaseUrl));
  database.pragma('synchronous = OFF');
  database.pragma('cache_size = -400000');
  database.function('card_of', { deterministic: true }, (n) => cardOf(Number(n)));
  const columns = database
    .prepare("SELECT name FROM pragma_table_info('authentication_records') WHERE name <> 'seq'")
    .pluck()
    .all() as string[];
  // Indexes are faster built than kept.
  const indexes = database
    .prepare(
      "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'authentication_records' AND type = 'index' AND sql <> ''",
    )
    .all() as { name: string; sql: string }[];
  const unique = ({ sql }: { sql: string }) => sql.includes('UNIQUE');
  const heavy = indexes.filter((index) => !unique(index));
  for (const { name } of heavy) database.exec(`DROP INDEX "${name}"`);
  const own: Record<string, string> = {
    id: "printf('load-%09d', n)",
    erhc_card_no: 'card_of(n)',
    idcode_index: "printf('load-%09d', n)",
    phone_index: "printf('load-%09d', n)",
    cd_time: "datetime('2026-01-01', printf('+%d seconds', n))",
  };
  const insertion = database.prepare(
    `WITH RECURSIVE numbers(n) AS (VALUES (@from) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < @to)
      INSERT INTO authentication_records (${columns.join(', ')})
      SELECT ${columns.map((column) => own[column] ?? `model.${column}`).join(', ')}
      FROM numbers, (SELECT * FROM authentication_records WHERE erhc_card_no = @model) AS model`,
  );
  for (let from = 0; from < count; from += LOT) {
    insertion.run({ from, to: Math.min(count, from + LOT), model: cardNoOf('demo:authenticated') });
    told(Math.min(count, from + LOT));
  }
  for (const { sql } of heavy) database.exec(sql);
  addSites(database);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

/** Copies of the demo's nurse and her site: the same password. */
function addSites(database: Database.Database): void {
  const copy = (table: string, where: string, own: Record<string, string>) => {
    const names = database.prepare(`SELECT name FROM pragma_table_info('${table}')`).pluck().all() as string[];
    return database.prepare(
      `INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.map((name) => own[name] ?? name).join(', ')} FROM ${table} WHERE ${where}`,
    );
  };
  const nurse = "(SELECT id FROM staff WHERE username = 'nurse')";
  const site = copy('sites', `code = (SELECT site_code FROM staff WHERE id = ${nurse})`, { code: '@site' });
  const staff = copy('staff', `id = ${nurse}`, {
    id: '@user',
    username: '@user',
    email: '@user',
    site_code: '@site',
  });
  const account = copy('accounts', `user_id = ${nurse}`, { id: '@user', account_id: '@user', user_id: '@user' });
  for (let n = 1; n <= SITES; n += 1) {
    const values = { user: `load${n}`, site: String(4_499_000_000 + n) };
    site.run({ site: values.site });
    staff.run(values);
    account.run({ user: values.user });
  }
}

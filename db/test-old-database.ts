/** For tests: databases of earlier versions. */
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';

/** A row of `authentication_records`, unsealed, as versions before the keys had it. */
export function insertRecord(database: Database.Database, row: object) {
  const cells = Object.entries(row).map(([key, value]) => [
    key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  const names = cells.map(([name]) => name).join(', ');
  database
    .prepare(`INSERT INTO authentication_records (${names}) VALUES (${cells.map(() => '?').join(', ')})`)
    .run(...cells.map(([, value]) => value));
}

/** A database as the first `count` migrations left it. */
export function oldDatabase(file: string, count: number) {
  const old = new Database(file);
  const journal = JSON.parse(readFileSync('db/migrations/sqlite/meta/_journal.json', 'utf8'));
  const entries = journal.entries.slice(0, count) as { tag: string; when: number }[];
  old.exec('CREATE TABLE __drizzle_migrations (id INTEGER PRIMARY KEY, hash text NOT NULL, created_at numeric)');
  for (const { tag, when } of entries) {
    const sql = readFileSync(`db/migrations/sqlite/${tag}.sql`, 'utf8');
    for (const statement of sql.split('--> statement-breakpoint')) old.exec(statement);
    old.prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)').run('', when);
  }
  return old;
}

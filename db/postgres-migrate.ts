/** Brings the tables of PostgreSQL up to date. */
import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Held } from './postgres-connection.ts';
import { refuseNewerThan } from './version.ts';

const MIGRATIONS = fileURLToPath(new URL('./migrations/postgres', import.meta.url));
const LOCK = 7_230_151;

/**
 * All that is missing in one transaction, one node after the other where several start at once.
 * @throws Error on a database of a newer program
 */
export async function migrate(held: Held): Promise<void> {
  const say = (text: string) => held.ask({ text });
  await say('BEGIN');
  try {
    await say(`SELECT pg_advisory_xact_lock(${LOCK})`);
    await say('SET LOCAL client_min_messages = warning');
    await say(
      'CREATE TABLE IF NOT EXISTS __drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)',
    );
    const { rows } = await say('SELECT max(created_at) AS last FROM __drizzle_migrations');
    const last = (rows as unknown as { last: number | null }[])[0]?.last ?? null;
    refuseNewerThan(last, MIGRATIONS);
    for (const { sql, hash, folderMillis } of readMigrationFiles({ migrationsFolder: MIGRATIONS })) {
      if (last !== null && folderMillis <= last) continue;
      for (const statement of sql) await say(statement);
      await held.ask({
        text: 'INSERT INTO __drizzle_migrations (hash, created_at) VALUES ($1, $2)',
        values: [hash, folderMillis],
      });
    }
    await say('COMMIT');
  } catch (error) {
    await say('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** A database with the demo's province, which tests copy instead of filling one each: `makeDemoDatabase`. */
import './demo-keys.ts';
import { fillDemo } from '../db/demo/fill.ts';
import { open } from '../db/index.ts';
import { DEMO_TEMPLATE, makeTestDatabase, onPostgres } from '../db/test-database.ts';
import { TEST_SECRET } from './server.ts';

/** Vitest's global setup. @returns its end */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (onPostgres) return;
  const database = await makeTestDatabase();
  const db = await open(database.url);
  await db.unlock();
  await fillDemo(db, TEST_SECRET);
  await db.close();
  process.env[DEMO_TEMPLATE] = database.url.slice('file:'.length);
  return database.drop;
}

/** For tests: a database of one's own, in a file, or with TEST_DATABASE=postgres on the server of TEST_POSTGRES_URL. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open, type Value } from './index.ts';
import { makePool } from './postgres-connection.ts';
import { openSql, type Sql } from './sql.ts';

export const onPostgres = process.env.TEST_DATABASE === 'postgres';

/** Names the file of a demo, made once a run (e2e/make-demo-template.ts). */
export const DEMO_TEMPLATE = 'TEST_DEMO_TEMPLATE';

export interface TestDatabase {
  url: string;
  /** A look at it, or a hand put in, beside the program. */
  look<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** The first value of the first row. */
  one<T = number>(text: string, ...values: Value[]): Promise<T>;
  /** One statement, which changes rows. */
  set(text: string, ...values: Value[]): Promise<void>;
  /** One statement after the other. */
  run(...texts: string[]): Promise<void>;
  /** Inserting into these tables ends with an error of the database. */
  breakTables(...tables: string[]): Promise<void>;
  /** All that lies in it, as whoever stole it would read it: the files, or a dump. */
  bytes(): Promise<Buffer[]>;
  /** Another one with the same rows; nobody may have this one open. */
  copy(): Promise<TestDatabase>;
  /** Takes it away; whoever is connected no longer is. */
  drop(): Promise<void>;
}

/** Not there yet: the first who opens it makes its tables. @param path of a file; one of its own if left out */
export async function makeTestDatabase(path?: string): Promise<TestDatabase> {
  if (onPostgres) return onServerAt(await createOnServer());
  const folder = path === undefined ? mkdtempSync(join(tmpdir(), 'console-db-')) : undefined;
  const file = path ?? join(folder ?? '', 'console.db');
  const url = `file:${file}`;
  const drop = async () => {
    for (const each of folder ? [folder] : [file, `${file}-wal`, `${file}-shm`]) {
      rmSync(each, { recursive: true, force: true });
    }
  };
  const copy = async () => {
    const other = await makeTestDatabase();
    copyFileSync(file, other.url.slice('file:'.length));
    return other;
  };
  const breaking = (table: string) => [
    `CREATE TRIGGER broken_${table} BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'it does not want to'); END`,
  ];
  const bytes = async () => [file, `${file}-wal`].filter((each) => existsSync(each)).map((each) => readFileSync(each));
  return { url, ...looking(url, breaking), bytes, copy, drop };
}

/**
 * One that may hold the demo's province already, by {@link DEMO_TEMPLATE}: six passwords are hashed for it. Whoever fills it with the demo, finds
 * what is there and adds what is not.
 */
export async function makeDemoDatabase(): Promise<TestDatabase> {
  const database = await makeTestDatabase();
  const template = process.env[DEMO_TEMPLATE];
  if (template && !onPostgres) copyFileSync(template, database.url.slice('file:'.length));
  return database;
}

function onServerAt(url: string): TestDatabase {
  const name = nameOf(url);
  const drop = () => onServer((say) => say(`DROP DATABASE "${name}" WITH (FORCE)`));
  const copy = async () => {
    const other = newName();
    await onServer((say) => say(`CREATE DATABASE "${other}" TEMPLATE "${name}"`));
    return onServerAt(urlOf(other));
  };
  const breaking = (table: string) => [
    `CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN RAISE EXCEPTION ''it does not want %'', NEW; END'`,
    `CREATE TRIGGER broken_${table} BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse()`,
  ];
  const its = looking(url, breaking);
  const bytes = () =>
    its.look(async (sql) => {
      const names = await sql.all<{ name: string }>(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
      );
      const texts = names.map(async ({ name: of }) => {
        const rows = await sql.all<{ text: string }>(`SELECT each::text AS text FROM "${of}" AS each`);
        return Buffer.from(rows.map(({ text }) => text).join('\n'));
      });
      return Promise.all(texts);
    });
  return { url, ...its, bytes, copy, drop };
}

function looking(url: string, breaking: (table: string) => string[]) {
  const look: TestDatabase['look'] = async (work) => {
    const sql = await openSql(url);
    return work(sql).finally(() => sql.close());
  };
  const run = (...texts: string[]) =>
    look(async (sql) => {
      for (const text of texts) await sql.run(text);
    });
  return {
    look,
    run,
    set: (text: string, ...values: Value[]) => look(async (sql) => void (await sql.run(text, values))),
    breakTables: (...tables: string[]) => run(...tables.flatMap(breaking)),
    async one<T>(text: string, ...values: Value[]) {
      const [row] = await look((sql) => sql.all<Record<string, T>>(text, values));
      return Object.values(row ?? {})[0] as T;
    },
  };
}

/** A copy of one that has its tables already: a hundred tables and indexes take longer than most tests. */
async function createOnServer(): Promise<string> {
  const journal = JSON.parse(readFileSync('db/migrations/postgres/meta/_journal.json', 'utf8'));
  const template = `console_template_${process.env.TEST_RUN ?? 'once'}_${journal.entries.at(-1).when}`;
  const name = newName();
  await onServer(async (say) => {
    await say('SELECT pg_advisory_lock(1)');
    const { rows } = await say(`SELECT 1 FROM pg_database WHERE datname = '${template}'`);
    if (rows.length === 0) {
      await say(`CREATE DATABASE "${template}" TEMPLATE template0 ENCODING 'UTF8'`);
      await (await open(urlOf(template))).close();
    }
    await say('SELECT pg_advisory_unlock(1)');
    await say(`CREATE DATABASE "${name}" TEMPLATE "${template}"`);
  });
  return urlOf(name);
}

const newName = () => `console_test_${randomBytes(8).toString('hex')}`;
const serverUrl = () => {
  const url = process.env.TEST_POSTGRES_URL;
  if (!url) throw new Error('TEST_POSTGRES_URL names no server: npm run test:postgres starts one');
  return url;
};
const urlOf = (name: string) => Object.assign(new URL(serverUrl()), { pathname: `/${name}` }).toString();
const nameOf = (url: string) => new URL(url).pathname.slice(1);

type Say = (text: string) => Promise<{ rows: unknown[] }>;

async function onServer(work: (say: Say) => Promise<unknown>): Promise<void> {
  const pool = makePool(serverUrl(), 1);
  const held = await pool.hold();
  try {
    await work((text) => held.ask({ text }));
  } finally {
    held.letGo();
    await pool.close();
  }
}

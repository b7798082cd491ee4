import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Db, given, open, prepared, type Queries, tables } from './index.ts';
import { makeTestDatabase, type TestDatabase } from './test-database.ts';

const { auditEvents, cities } = tables;
const CODES = ['4401', '4403', '4420'];
let database: TestDatabase;
let db: Db;
beforeEach(async () => {
  database = await makeTestDatabase();
  db = await open(database.url);
  const common = { at: 'now', action: 'test', outcome: 'ok', actor: 'a', actorRole: 'b', requestId: 'c' };
  await db.write(async (tx) => {
    await tx.insert(cities).values(CODES.map((code) => ({ code, name: `city ${code}` })));
    await tx.insert(auditEvents).values(CODES.map((subject) => ({ ...common, subject })));
  });
});
afterEach(async () => {
  await db.close();
  await database.drop();
});

const ofCode = eq(cities.code, given('code'));
const flat = prepared((on: Queries) => on.select().from(cities).where(ofCode));
const computed = prepared((on: Queries) =>
  on
    .select({
      code: cities.code,
      name: sql<string>`${cities.name}`,
      other: sql<string>`${cities.name} || '!'`.as('other'),
    })
    .from(cities)
    .where(ofCode),
);
const joined = prepared((on: Queries) =>
  on
    .select({ city: cities, event: { subject: auditEvents.subject, detail: auditEvents.detail } })
    .from(cities)
    .innerJoin(auditEvents, eq(auditEvents.subject, cities.code))
    .where(ofCode),
);

it.each([
  ['of one table', flat, (code: string) => ({ code, name: `city ${code}` })],
  ['of what is computed', computed, (code: string) => ({ code, name: `city ${code}`, other: `city ${code}!` })],
  [
    'of tables that are joined',
    joined,
    (code: string) => ({ city: { code, name: `city ${code}` }, event: { subject: code, detail: null } }),
  ],
])('answers each caller by what that gave, also those who ask at once: rows %s', async (_, query, row) => {
  const ask = (on: Queries) => Promise.all([...CODES, 'none'].map((code) => query(on, { code }) as Promise<object[]>));
  const expected = [...CODES.map((code) => [row(code)]), []];
  expect(await ask(db.read)).toMatchObject(expected);
  expect(await db.write((tx) => ask(tx))).toMatchObject(expected);
});

it('says what value is missing', async () => {
  await expect(flat(db.read, {})).rejects.toThrow('code');
});

/** When a session was last used, as far as several processes know. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { type Db, open } from '../../db/index.ts';
import { countsInMemory } from '../../db/sqlite.ts';
import { makeTestDatabase, onPostgres, type TestDatabase } from '../../db/test-database.ts';
import { makeIdle } from './idle.ts';
import { OFFICE_IDLE_MINUTES } from './schema.ts';

let database: TestDatabase;
const processes: Db[] = [];
beforeAll(async () => {
  database = await makeTestDatabase();
  // Of one machine: they have their counts from one place.
  const counts = countsInMemory();
  for (const _ of [1, 2]) processes.push(await open(database.url, onPostgres ? {} : { counts }));
});
afterAll(async () => {
  for (const db of processes) await db.close();
  await database.drop();
});
afterEach(() => {
  vi.useRealTimers();
});

const MINUTE = 60_000;
const wait = (minutes: number) => vi.setSystemTime(Date.now() + minutes * MINUTE);
let number = 0;
function stage() {
  vi.useFakeTimers({ toFake: ['Date'] });
  const [here, there] = processes.map((db) => makeIdle(db)) as [
    ReturnType<typeof makeIdle>,
    ReturnType<typeof makeIdle>,
  ];
  const session = { id: `session ${++number}`, person: { id: 'somebody', role: 'auditor' as const, siteCode: null } };
  return { here, there, session };
}

it('ends one that nobody used, in a process that has not seen it, too', async () => {
  const { here, there, session } = stage();
  expect(await here.judge(session)).toBe('used');
  wait(OFFICE_IDLE_MINUTES + 5);
  expect(await there.judge(session)).toBe('ended');
});

it('leaves one that another process saw', async () => {
  const { here, there, session } = stage();
  await here.judge(session);
  await there.judge(session);
  for (let n = 0; n < 3; n += 1) {
    wait(OFFICE_IDLE_MINUTES / 2);
    expect(await here.judge(session)).toBe('used');
  }
  expect(await there.judge(session)).toBe('used');
});

it('begins the time of a locked one when somebody stands before it', async () => {
  const { here, there, session } = stage();
  await there.judge(session);
  wait(3 * OFFICE_IDLE_MINUTES);
  await here.locked(session.id);
  expect(await there.judge(session)).toBe('used');
});

it('begins anew where nobody knows it', async () => {
  const { here, session } = stage();
  expect(await here.judge(session)).toBe('used');
});

/** Writers of one SQLite file that take turns. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { open, tables } from '../../db/index.ts';
import { makeTestDatabase, onPostgres } from '../../db/test-database.ts';
import { makeTurns } from './turns.ts';

it('come in the order in which they were asked for', async () => {
  const take = makeTurns();
  const order: number[] = [];
  await Promise.all(
    [1, 2, 3].map(async (n) => {
      const end = await take();
      order.push(n);
      await sleep(5);
      order.push(n);
      end();
    }),
  );
  expect(order).toEqual([1, 1, 2, 2, 3, 3]);
});

it.skipIf(onPostgres)('serve whoever stood in a queue for long, and end with a write that fails', async () => {
  const database = await makeTestDatabase();
  const turn = makeTurns();
  // A patience that is over before the turn comes.
  const dbs = [
    await open(database.url, { turn, lockPatience: 1 }),
    await open(database.url, { turn, lockPatience: 1 }),
  ];
  const end = await turn();
  const city = (code: string) => ({ code, name: code });
  const writes = dbs.flatMap((db, n) => [
    db.write((tx) => tx.insert(tables.cities).values(city(`a${n}`))),
    db.write(
      async (tx) => {
        await tx.insert(tables.cities).values(city(`b${n}`));
        throw new Error('no');
      },
      { patient: true },
    ),
  ]);
  await sleep(50);
  end();
  const ended = await Promise.allSettled(writes);
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
  // Nobody kept the turn.
  const last = await turn();
  last();
  const stored = await dbs[0]?.read.select({ code: tables.cities.code }).from(tables.cities);
  expect(
    stored
      ?.map(({ code }) => code)
      .filter((code) => code.length === 2)
      .sort(),
  ).toEqual(['a0', 'a1']);
  for (const db of dbs) await db.close();
  await database.drop();
});

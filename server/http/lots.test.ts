/** Counting by the lot: never more than the limit, and nothing of it lost where one process counts. */
import { expect, it } from 'vitest';
import { countsInMemory } from '../../db/sqlite.ts';
import { makeLots } from './lots.ts';

const limit = { name: 'test', points: 100, seconds: 60 };
const takeAll = async (take: ReturnType<typeof makeLots>, times: number, points = 1) => {
  const taken = await Promise.all(Array.from({ length: times }, () => take('key', points)));
  return taken.filter((wait) => wait === null).length;
};

it('gives one process the whole limit, however it is divided, one after the other or at once', async () => {
  for (const lots of [1, 3, 12, 50, 1000]) {
    const take = makeLots(countsInMemory(), limit, lots);
    let taken = 0;
    for (let n = 0; n < 120; n += 1) if ((await take('key', 1)) === null) taken += 1;
    expect([lots, taken]).toEqual([lots, limit.points]);
    expect([lots, await takeAll(makeLots(countsInMemory(), limit, lots), 300)]).toEqual([lots, limit.points]);
  }
});

it('gives several processes the limit together, less what is left in their lots', async () => {
  const counts = countsInMemory();
  const lots = 12;
  const processes = [1, 2, 3].map(() => makeLots(counts, limit, lots));
  let taken = 0;
  for (let n = 0; n < 400; n += 1) if ((await processes[n % 3]?.('key', 1)) === null) taken += 1;
  expect(taken).toBeLessThanOrEqual(limit.points);
  expect(taken).toBeGreaterThan(limit.points - 3 * Math.ceil(limit.points / lots));
});

it('leaves to others what a large call does not get', async () => {
  const take = makeLots(countsInMemory(), limit, 12);
  expect(await takeAll(take, 95)).toBe(95);
  expect(await take('key', 10)).toBeGreaterThan(0);
  expect(await take('key', 5)).toBeNull();
  expect(await take('key', 1)).toBeGreaterThan(0);
  expect(await take('another', 100)).toBeNull();
});

it('begins anew in time, whatever the clock of another process says', async () => {
  const counts = countsInMemory();
  const wrong = { ...counts, take: async () => ({ taken: false, ms: 3_600_000 }) };
  expect(await makeLots(wrong, { ...limit, seconds: 1 }, 1)('key', 1)).toBeGreaterThan(0);
  let asked = 0;
  const passing = makeLots(
    { ...counts, take: async () => ({ taken: ++asked > 1, ms: asked > 1 ? 1000 : 3_600_000 }) },
    { ...limit, points: 1, seconds: 0.05 },
    1,
  );
  expect(await passing('key', 1)).not.toBeNull();
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(await passing('key', 1)).toBeNull();
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Db, open } from '../../db/index.ts';
import { makeTestDatabase, type TestDatabase } from '../../db/test-database.ts';
import { LOCKOUTS, makeLockout, type Taken, waitInWords } from './lockout.ts';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await makeTestDatabase();
  db = await open(database.url);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

let tests = 0;

/** Its names and addresses are no other test's. */
function clockedLockout() {
  let seconds = 1_000_000;
  const secret = `secret ${++tests}`;
  const lockout = makeLockout(db, secret, () => seconds * 1000);
  const wait = (by: number) => {
    seconds += by;
  };
  return { lockout, wait, secret, now: () => seconds * 1000 };
}
const told = (taken: Taken) => (taken.refused ? `refused ${taken.wait}` : (taken.wait ?? 'free'));

it('lets a name wait 1, 5, 15 and then always 60 minutes, one try each', async () => {
  const { lockout, wait } = clockedLockout();
  const fail = async () => told(await lockout.take('a', 'x'));
  const first = [await fail(), await fail(), await fail(), await fail(), await fail()];
  expect(first).toEqual(['free', 'free', 'free', 'free', MINUTE]);
  for (const [now, next] of [
    [1, 5],
    [5, 15],
    [15, 60],
    [60, 60],
    [60, 60],
  ] as const) {
    expect(await fail()).toBe(`refused ${now * MINUTE}`);
    wait(now * MINUTE - 1);
    expect(await fail()).toBe('refused 1');
    expect(told(await lockout.take('b', 'y'))).toBe('free');
    await db.write((tx) => lockout.lift(tx, 'b'));
    wait(1);
    expect(await fail()).toBe(next * MINUTE);
  }
});

it('forgets a name’s failures at a good try, also one that would have begun a wait', async () => {
  const { lockout } = clockedLockout();
  for (let n = 1; n < LOCKOUTS.name.failures; n += 1) await lockout.take('a', 'x');
  const last = await lockout.take('a', 'x');
  if (!last.refused) await last.good();
  expect(await lockout.left(['a', 'nobody'])).toEqual([0, 0]);
  expect(told(await lockout.take('a', 'x'))).toBe('free');
});

it('lets an address wait whatever the names, until its wait is over or lifted for one of them', async () => {
  const { lockout } = clockedLockout();
  for (let n = 1; n <= LOCKOUTS.address.failures; n += 1) await lockout.take(`name.${n}`, 'x');
  expect(told(await lockout.take('somebody', 'x'))).toBe(`refused ${MINUTE}`);
  expect(told(await lockout.take('somebody', 'y'))).toBe('free');
  await db.write((tx) => lockout.lift(tx, 'name.7'));
  expect(told(await lockout.take('somebody', 'x'))).toBe('free');
});

it('counts the addresses of one IPv6 network as one', async () => {
  const { lockout } = clockedLockout();
  const tries: Taken[] = [];
  for (let n = 1; n <= LOCKOUTS.address.failures; n += 1) tries.push(await lockout.take(`name ${n}`, `2001:db8::${n}`));
  expect(tries.at(-1)).toMatchObject({ refused: false, wait: 60 });
  expect((await lockout.take('another', '2001:db8::ffff')).refused).toBe(true);
  expect((await lockout.take('another', '2001:db8:0:1::1')).refused).toBe(false);
});

it('counts no try while one waits', async () => {
  const { lockout, wait } = clockedLockout();
  for (let n = 0; n < 50; n += 1) await lockout.take('a', 'x');
  wait(MINUTE);
  expect(told(await lockout.take('a', 'x'))).toBe(5 * MINUTE);
});

it('lets many at once through as one after the other, on whichever process, and names nobody', async () => {
  const { lockout, secret, now } = clockedLockout();
  const elsewhere = await open(database.url);
  const other = makeLockout(elsewhere, secret, now);
  const taken = await Promise.all(
    Array.from({ length: 20 }, (_, n) => (n % 2 ? lockout : other).take('guessed', `10.0.0.${n % 3}`)),
  );
  expect(taken.filter(({ refused }) => !refused)).toHaveLength(LOCKOUTS.name.failures);
  expect(await other.left(['guessed'])).toEqual([MINUTE]);
  await elsewhere.close();
  const rows = await database.look((sql) => sql.all('SELECT * FROM sign_in_failures'));
  expect(JSON.stringify(rows)).not.toMatch(/guessed|10\.0\.0/);
});

it('forgets in the end', async () => {
  const { lockout, wait } = clockedLockout();
  for (let n = 1; n <= LOCKOUTS.name.failures; n += 1) await lockout.take('a', 'x');
  wait(2 * DAY);
  expect(told(await lockout.take('a', 'x'))).toBe('free');
  expect(await database.one('SELECT count(*) FROM sign_in_failures')).toBe(2);
});

it('says how long', async () => {
  expect([1, 59, 60, 61, 3600].map(waitInWords)).toEqual(['1 秒', '59 秒', '1 分钟', '2 分钟', '60 分钟']);
});

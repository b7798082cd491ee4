import { expect, it } from 'vitest';
import { LOCKOUTS, makeLockout, type Taken, waitInWords } from './lockout.ts';

const MINUTE = 60;

function clockedLockout() {
  let seconds = 1_000_000;
  const lockout = makeLockout(() => seconds * 1000);
  const wait = (by: number) => {
    seconds += by;
  };
  return { lockout, wait };
}
const told = (taken: Taken) => (taken.refused ? `refused ${taken.wait}` : (taken.wait ?? 'free'));

it('lets a name wait 1, 5, 15 and then always 60 minutes, one try each', () => {
  const { lockout, wait } = clockedLockout();
  const fail = () => told(lockout.take('a', 'x'));
  expect([1, 2, 3, 4, 5].map(fail)).toEqual(['free', 'free', 'free', 'free', MINUTE]);
  for (const [now, next] of [
    [1, 5],
    [5, 15],
    [15, 60],
    [60, 60],
    [60, 60],
  ] as const) {
    expect(fail()).toBe(`refused ${now * MINUTE}`);
    wait(now * MINUTE - 1);
    expect(fail()).toBe('refused 1');
    expect(told(lockout.take('b', 'y'))).toBe('free');
    lockout.lift('b');
    wait(1);
    expect(fail()).toBe(next * MINUTE);
  }
});

it('forgets a name’s failures at a good try, also one that would have begun a wait', () => {
  const { lockout } = clockedLockout();
  for (let n = 1; n < LOCKOUTS.name.failures; n += 1) lockout.take('a', 'x');
  const last = lockout.take('a', 'x');
  if (!last.refused) last.good();
  expect(lockout.left('a')).toBe(0);
  expect(told(lockout.take('a', 'x'))).toBe('free');
});

it('lets an address wait whatever the names, until its wait is over or lifted for one of them', () => {
  const { lockout } = clockedLockout();
  for (let n = 1; n <= LOCKOUTS.address.failures; n += 1) lockout.take(`name.${n}`, 'x');
  expect(told(lockout.take('somebody', 'x'))).toBe(`refused ${MINUTE}`);
  expect(told(lockout.take('somebody', 'y'))).toBe('free');
  lockout.lift('name.7');
  expect(told(lockout.take('somebody', 'x'))).toBe('free');
});

it('counts the addresses of one IPv6 network as one', () => {
  const lockout = makeLockout(() => 0);
  const tries = Array.from({ length: LOCKOUTS.address.failures }, (_, n) =>
    lockout.take(`name ${n}`, `2001:db8::${n + 1}`),
  );
  expect(tries.at(-1)).toMatchObject({ refused: false, wait: 60 });
  expect(lockout.take('another', '2001:db8::ffff').refused).toBe(true);
  expect(lockout.take('another', '2001:db8:0:1::1').refused).toBe(false);
});

it('counts no try while one waits', () => {
  const { lockout, wait } = clockedLockout();
  for (let n = 0; n < 50; n += 1) lockout.take('a', 'x');
  wait(MINUTE);
  expect(told(lockout.take('a', 'x'))).toBe(5 * MINUTE);
});

it('says how long', () => {
  expect([1, 59, 60, 61, 3600].map(waitInWords)).toEqual(['1 秒', '59 秒', '1 分钟', '2 分钟', '60 分钟']);
});

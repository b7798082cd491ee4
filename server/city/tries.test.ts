/** Failed tries, counted at the door: by address, by device, by person. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { codeOf, startTestConsole, type TestConsole } from '../test-console.ts';
import { authenticated, citizen, makePhone, typed } from './test-city.ts';

let site: TestConsole;
beforeEach(async () => {
  site = await startTestConsole();
});
afterEach(() => site.close());

const wrong = (name: string) => typed(name, { phone: '13800002999' });
/** A person whom the register does not know. */
const stranger = (n: number) => ({ ...typed('王新民'), ...citizen(n) });
const tryOn = (phone: ReturnType<typeof makePhone>, input: Parameters<typeof phone.authenticate.mutate>[0]) =>
  codeOf(phone.authenticate.mutate(input));

it('ends a program that sends no cookie by its address, whose further tries take no memory', async () => {
  for (let n = 0; n < 100; n += 1) expect(await tryOn(makePhone(site), stranger(n))).toBe('IDENTITY_MISMATCH');
  expect(site.city.tries.size).toBe(1 + 100 + 100);
  for (let n = 100; n < 150; n += 1) expect(await tryOn(makePhone(site), stranger(n))).toBe('TOO_MANY_TRIES');
  expect(site.city.tries.size).toBe(1 + 100 + 100);
});

it('counts nothing against a device that asks for somebody who may not be tried', async () => {
  const phone = makePhone(site);
  for (let n = 0; n < 5; n += 1) expect(await tryOn(phone, wrong('王新民'))).toBe('IDENTITY_MISMATCH');
  for (let n = 0; n < 10; n += 1) expect(await tryOn(phone, typed('王新民'))).toBe('TOO_MANY_TRIES');
  for (let n = 0; n < 5; n += 1) expect(await tryOn(phone, wrong('李秀兰'))).toBe('IDENTITY_MISMATCH');
  expect(await tryOn(phone, typed('张同机'))).toBe('TOO_MANY_TRIES');
});

it('forgets a good try at once, and no failure before it', async () => {
  const phone = makePhone(site);
  await authenticated(phone, typed('王新民'));
  expect(site.city.tries.size).toBe(0);
  for (let n = 0; n < 4; n += 1) expect(await tryOn(phone, wrong('王新民'))).toBe('IDENTITY_MISMATCH');
  await authenticated(phone, typed('王新民'));
  expect(site.city.tries.size).toBe(3);
  expect(await tryOn(phone, wrong('王新民'))).toBe('IDENTITY_MISMATCH');
  expect(await tryOn(phone, typed('王新民'))).toBe('TOO_MANY_TRIES');
});

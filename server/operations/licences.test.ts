import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findUnlisted, readLicences, writeLicences } from './licences.ts';

it('knows the licence of everything that production brings along', () => {
  const licences = readLicences();
  expect(licences.length).toBeGreaterThan(100);
  expect(findUnlisted(licences)).toEqual([]);
  // Written by `npm run licences`.
  expect(readFileSync('docs/licences.md', 'utf8')).toBe(writeLicences(licences));
});

it('takes one of several licences, and all of those that hold together', () => {
  const told = (licence: string) => findUnlisted([{ name: 'x', version: '1', licence }]).length === 0;
  expect([told('MIT'), told('(GPL-3.0 OR MIT)'), told('MIT AND ISC')]).toEqual([true, true, true]);
  expect([told('none'), told('GPL-3.0'), told('MIT AND GPL-3.0')]).toEqual([false, false, false]);
});

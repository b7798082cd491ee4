import { expect, it } from 'vitest';
import { ageInWords, shanghaiDay, shanghaiTime, yearsBetween } from './time.ts';

it('tells the time of Shanghai wherever the server stands', () => {
  expect(shanghaiTime(new Date('2026-11-23T16:00:00Z'))).toBe('2026-11-24 00:00:00');
  expect(shanghaiDay(new Date('2026-11-23T15:59:59Z'))).toBe('2026-11-23');
});

it.each([
  ['2026-11-23', '2026-11-23', '0 个月'],
  ['2026-10-24', '2026-11-23', '0 个月'],
  ['2026-10-23', '2026-11-23', '1 个月'],
  ['2025-11-24', '2026-11-23', '11 个月'],
  ['2025-11-23', '2026-11-23', '1 岁'],
  ['1990-11-24', '2026-11-23', '35 岁'],
  ['2024-02-29', '2025-02-28', '11 个月'],
])('born %s, on %s: %s', (birthday, day, words) => {
  expect(ageInWords(birthday, day)).toBe(words);
});

it('counts whole years', () => {
  expect(yearsBetween('2010-11-24', '2026-11-23')).toBe(15);
  expect(yearsBetween('2010-11-23', '2026-11-23')).toBe(16);
});

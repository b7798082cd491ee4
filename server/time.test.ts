import { expect, it } from 'vitest';
import { ageInWords, shanghaiDay, shanghaiTime, yearsBetween } from './time.ts';

it('tells the time of Shanghai wherever the server stands', () => {
  expect(shanghaiTime(new Date('2026-11-23T16:00:00Z'))).toBe('2026-11-24 00:00:00');
  expect(shanghaiDay(new Date('2026-11-23T15:59:59Z'))).toBe('2026-11-23');
});

it('tells what the time zones of the system say, from 1992 on', () => {
  const parts = { dateStyle: 'short', timeStyle: 'medium' } as const;
  const zone = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', ...parts });
  const [from, to] = [Date.parse('1991-12-31T16:00:00Z'), Date.parse('2099-12-31T15:59:59Z')];
  for (let time = from; time <= to; time += 5 * 3600 * 1000 + 1234) {
    expect(shanghaiTime(new Date(time))).toBe(zone.format(time));
  }
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

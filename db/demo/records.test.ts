import { expect, it } from 'vitest';
import { checkCharacter } from '../../server/records/identity-number.ts';
import { shanghaiDay, yearsBetween } from '../../server/time.ts';
import { cardNoOf, FIXED_RESIDENTS } from './fixed-residents.ts';
import { demoRecords } from './records.ts';

const rows = demoRecords();

it('makes two hundred residents, the same every time', () => {
  expect(new Set(rows.map((row) => row.erhcCardNo)).size).toBe(200);
  expect(demoRecords(new Date())).toEqual(rows);
});

it('gives each a valid document number of the right birthday and sex, and its own', () => {
  const cards = rows.filter((row) => row.idCardTypeCode === '01');
  for (const { idcode, birthday, sex } of cards) {
    expect(idcode).toMatch(/^\d{17}[\dX]$/);
    expect(idcode[17]).toBe(checkCharacter(idcode.slice(0, 17)));
    expect(idcode.slice(6, 14)).toBe(birthday.replaceAll('-', ''));
    expect(Number(idcode[16]) % 2).toBe(Number(sex) % 2);
  }
  expect(new Set(cards.map((row) => row.idcode)).size).toBe(199);
});

it('covers both outcomes, both cities and the fixed residents', () => {
  expect(new Set(rows.map((row) => row.recognizeFlag))).toEqual(new Set([0, 1]));
  expect(new Set(rows.map((row) => row.cdSource))).toEqual(new Set(['4401', '4403']));
  const cards = new Set(rows.map((row) => row.erhcCardNo));
  for (const { key } of FIXED_RESIDENTS) expect(cards).toContain(cardNoOf(key));
  expect(cards).not.toContain(cardNoOf('demo:unknown'));
});

it.each(['2026-02-28', '2026-08-31', '2027-12-31'])('keeps the child at three years on %s', (day) => {
  const now = new Date(`${day}T04:00:00Z`);
  const child = demoRecords(now).find((row) => row.erhcCardNo === cardNoOf('demo:child'));
  expect(yearsBetween(child?.birthday ?? '', shanghaiDay(now))).toBe(3);
});

/**
 * 公民身份号码, GB 11643-1999: six digits of a division, eight of the birth date, three of order (odd for men), a check
 * character. Residence permits of Hong Kong, Macao and Taiwan people begin with 81, 82, 83 and the foreign permanent
 * resident's card of 2023 with 9; the rest is built alike.
 */
import { isIdentityDivision } from '../dictionaries/dictionaries.ts';
import { toDay } from './dates.ts';

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/**
 * The 18th character of a citizen identity number, ISO 7064 MOD 11-2 (GB 11643-1999).
 * @param first17 17 digits
 */
export function checkCharacter(first17: string): string {
  let sum = 0;
  for (let at = 0; at < 17; at += 1) sum += (WEIGHTS[at] ?? 0) * (first17.charCodeAt(at) - 48);
  return '10X98765432'.charAt(sum % 11);
}

export type IdentityNumberFault = 'fifteen' | 'eighteen' | 'division' | 'date' | 'checksum';

/**
 * What is wrong with a citizen identity number, `null` when nothing is.
 * @param text in upper case
 * @param today `yyyy-MM-dd`: nobody is born later
 */
export function findIdentityNumberFault(text: string, today: string): IdentityNumberFault | null {
  if (/^\d{15}$/.test(text)) return 'fifteen';
  if (!/^\d{17}[\dX]$/.test(text)) return 'eighteen';
  const division = text.slice(0, 6);
  const permit = /^8[123]0000$/.test(division) || division.startsWith('9');
  if (!permit && !isIdentityDivision(division)) return 'division';
  const birthday = toDay(text.slice(6, 14));
  if (!birthday || birthday > today) return 'date';
  if (checkCharacter(text) !== text[17]) return 'checksum';
  return null;
}

/** `yyyy-MM-dd` of a right citizen identity number. */
export const birthdayOf = (number: string) => `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;

/** Sex code of a right citizen identity number: `1` men, `2` women (GB/T 2261.1). */
export const sexOf = (number: string) => ((number.charCodeAt(16) - 48) % 2 === 1 ? '1' : '2');

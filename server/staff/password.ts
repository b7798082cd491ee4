import { randomInt } from 'node:crypto';

/** Without letters and digits that look alike on paper: 0 o, 1 l i. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/**
 * A first password, to be read off paper and typed: `k7mp-3xqd-9hvt-2nfa`, 79 bits. A spreadsheet takes it for a text, never for
 * a number or a formula.
 */
export function makePassword(): string {
  const group = () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}

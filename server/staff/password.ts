import { randomInt } from 'node:crypto';
import { DomainError } from '../errors.ts';
import { COMMON_PASSWORDS } from './common-passwords.ts';
import { MAX_PASSWORD, passwordLength, type Role } from './schema.ts';

/** Whose password it is: what it is judged by. */
interface Owner {
  username: string;
  role: Role;
}

/** Without letters and digits that look alike on paper: 0 o, 1 l i. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/**
 * A first password, to be read off paper and typed: `k7mp-3xqd-9hvt-2nfa`, 79 bits. A spreadsheet takes it for a text, never for
 * a number or a formula.
 */
export function makePassword(owner: Owner): string {
  const group = () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  for (;;) {
    const password = [group(), group(), group(), group()].join('-');
    // One of a hundred has no digit.
    if (findPasswordProblem(password, owner) === null) return password;
  }
}

/** Letters of both sizes, digits, and whatever else: a Chinese character, too. */
const KINDS = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/];

/** The rule that a password breaks, in words, or null. */
export function findPasswordProblem(password: string, { username, role }: Owner): string | null {
  const length = passwordLength(role);
  const small = password.toLowerCase();
  if ([...password].length < length) return `密码至少需要 ${length} 个字符`;
  if (password.length > MAX_PASSWORD) return `密码不超过 ${MAX_PASSWORD} 个字符`;
  if (KINDS.filter((kind) => kind.test(password)).length < 3) {
    return '密码须包含大写字母、小写字母、数字、符号中的至少三种';
  }
  if (small.includes(username.toLowerCase())) return '密码不能包含用户名';
  if (COMMON_PASSWORDS.has(small)) return '这个密码太常见,请换一个';
  return null;
}

/** @throws DomainError WEAK_PASSWORD */
export function assertPassword(password: string, owner: Owner, field: string): void {
  const problem = findPasswordProblem(password, owner);
  if (problem) throw new DomainError('WEAK_PASSWORD', problem, field);
}

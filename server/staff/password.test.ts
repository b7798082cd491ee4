import { expect, it } from 'vitest';
import { COMMON_PASSWORDS } from './common-passwords.ts';
import { findPasswordProblem, makePassword } from './password.ts';

const nurse = { username: 'wang.li', role: 'nurse' as const };
const province = { username: 'province', role: 'province' as const };

it.each([
  ['Ab1-efghi', nurse, '密码至少需要 10 个字符'],
  ['Ab1-efghij', nurse, null],
  ['Ab1-efghijk', province, '密码至少需要 12 个字符'],
  ['Ab1-efghijkl', province, null],
  ['abcdefghij', nurse, '密码须包含大写字母、小写字母、数字、符号中的至少三种'],
  ['abcdefgh12', nurse, '密码须包含大写字母、小写字母、数字、符号中的至少三种'],
  ['接种abcdefg12', nurse, null],
  ['x-Wang.Li-9', nurse, '密码不能包含用户名'],
  ['P@ssw0rd123', nurse, '这个密码太常见,请换一个'],
  [`aB1${'x'.repeat(126)}`, nurse, '密码不超过 128 个字符'],
] as const)('%s', (password, owner, problem) => {
  expect(findPasswordProblem(password, owner)).toBe(problem);
});

it('makes first passwords that the rules let pass', () => {
  for (let n = 0; n < 2000; n += 1) {
    const password = makePassword({ username: 'abc', role: 'auditor' });
    expect(findPasswordProblem(password, { username: 'abc', role: 'auditor' })).toBeNull();
  }
});

it('lists common ones that no other rule would refuse', () => {
  expect(COMMON_PASSWORDS.size).toBeGreaterThanOrEqual(100);
  const other = [...COMMON_PASSWORDS].filter((small) => {
    // As it is typed: a capital in front is the third kind.
    const typed = small.replace(/[a-z]/, (letter) => letter.toUpperCase());
    return findPasswordProblem(typed, { username: 'zz9', role: 'nurse' }) !== '这个密码太常见,请换一个';
  });
  expect(other).toEqual([]);
});

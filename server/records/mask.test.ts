import { expect, it } from 'vitest';
import { checkCharacter } from './identity-number.ts';
import { maskAddress, maskIdcode, maskName, maskPhone } from './mask.ts';

it.each([
  [maskIdcode, '440106199001011234', '440***********1234'],
  [maskIdcode, 'E12345678', 'E12**5678'],
  [maskIdcode, 'AB12', 'A***'],
  [maskPhone, '13800001234', '138****1234'],
  [maskName, '李四', '李*'],
  [maskName, '张三丰', '张*丰'],
  [maskName, '阿卜杜热依木江·买买提明江', '阿**江'],
  [maskName, '𬭎', '𬭎'],
  [maskName, '刘䶮𬭎', '刘*𬭎'],
  [maskAddress, '广州市示例路1号', '广州市示例路**'],
])('%o of %s is %s', (mask, text, masked) => {
  expect(mask(text)).toBe(masked);
});

// Published examples of GB 11643-1999, its own and Wikipedia's.
it.each([
  ['11010519491231002', 'X'],
  ['44052418800101001', '4'],
])('the check character of %s is %s', (first17, check) => {
  expect(checkCharacter(first17)).toBe(check);
});

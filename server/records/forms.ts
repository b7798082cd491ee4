/** The forms that texts of a record can have: what each takes, how it is kept, and the rule in words. */
import { isCurrentDivision, isIdCardType, isNation, isSex, toAlpha3 } from '../dictionaries/dictionaries.ts';
import { toDay, toTime } from './dates.ts';

export interface Form {
  code: 'FORMAT' | 'DICTIONARY';
  /** The rule, to be read after the field's name. */
  wording: string;
  /** The text as it is kept; null when it breaks the rule. */
  read(text: string): string | null;
}

const format = (wording: string, read: Form['read']): Form => ({ code: 'FORMAT', wording, read });
const dictionary = (wording: string, read: Form['read']): Form => ({ code: 'DICTIONARY', wording, read });
const matching = (pattern: RegExp) => (text: string) => (pattern.test(text) ? text : null);

const GUID = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

export const TEXT = format('', (text) => text);
export const UUID = format('应为 32 位 GUID', (text) =>
  GUID.test(text) ? text.replaceAll('-', '').toLowerCase() : null,
);
export const CARD = format('应由 1 至 128 位字母、数字、下划线或连字符组成', (text) =>
  /^[0-9A-Za-z_-]+$/.test(text) ? text.toUpperCase() : null,
);
export const SEX = dictionary('应为附录 B.12 性别编码表中的代码', (text) => {
  const code = text.length === 2 && text.startsWith('0') ? text.slice(1) : text;
  return isSex(code) ? code : null;
});
export const NATION = dictionary('应为附录 B.13 民族编码表中的代码', (text) => (isNation(text) ? text : null));
export const NATIONALITY = dictionary('应为附录 B.18 国籍编码表中的代码(三位字母或三位数字)', (text) =>
  toAlpha3(text.toUpperCase()),
);
export const DAY = format('应为真实日期,格式 yyyy-MM-dd 或 yyyyMMdd', toDay);
export const TIME = format('应为真实时间,格式 yyyy-MM-dd HH:mm:ss 或 yyyyMMddHHmmss', toTime);
export const ID_CARD_TYPE = dictionary('应为附录 B.11 证件类型编码表中的代码', (text) =>
  isIdCardType(text) ? text : null,
);
/** Letters in upper case, as documents print them; the rules of each document type stand in rules.ts. */
export const DOCUMENT = format('', (text) => {
  const upper = text.toUpperCase();
  // Some letters become two: such a text is kept as it came, and the rule of its document type judges it.
  return upper.length === text.length ? upper : text;
});
export const MOBILE = format('应为 11 位手机号码', matching(/^1[3-9]\d{9}$/));
export const COUNTY = dictionary('应为全国行政区划信息表中现行的 6、9 或 12 位区划代码', (text) =>
  /^(?:\d{6}|\d{9}|\d{12})$/.test(text) && isCurrentDivision(text.slice(0, 6)) ? text.slice(0, 9).padEnd(9, '0') : null,
);
export const METHODS = format('应为 1、2、3、4,多种以 ^ 分隔,例如 2^3', (text) =>
  /^[1-4](?:\^[1-4])*$/.test(text) ? [...new Set(text.split('^'))].sort().join('^') : null,
);
export const FLAG = format('应为 1(已经实名认证)或 0(尚未实名认证)', matching(/^[01]$/));
export const SOURCE = format('应为行政区划代码前 4 位', matching(/^\d{4}$/));
export const BATCH_NO = format('应为行政区划代码前 4 位 + 插入时间 + 3 位流水号', matching(/^\d{19,21}$/));
export const OPERATION = format('应为 i(新增)、u(更新)或 d(删除)', matching(/^[iud]$/));

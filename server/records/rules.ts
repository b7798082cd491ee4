/** What holds between the fields of one record. A rule is asked only when the fields it names are right by themselves. */

import { yearsBetween } from '../time.ts';
import type { FieldName, RecordValues } from './fields.ts';
import { birthdayOf, findIdentityNumberFault, type IdentityNumberFault, sexOf } from './identity-number.ts';
import type { IssueCode } from './issues.ts';

export interface Rule {
  /** The field that is told; with `key` it names the issue in the database. */
  field: FieldName;
  key: string;
  code: IssueCode;
  /** To be read after the field's name. */
  wording: string;
  /** The other fields it looks at. */
  uses: readonly FieldName[];
  /** Stops nothing. */
  warning?: true;
  broken(record: RecordValues, now: Now): boolean;
}

/** The present, in Asia/Shanghai. */
export interface Now {
  /** `yyyy-MM-dd` */
  today: string;
  /** `yyyy-MM-dd HH:mm:ss`, a day from now: clocks of cities may be that wrong. */
  tomorrow: string;
}

/** What is wrong with the number of a citizen identity card; several rules ask, it is looked at once. */
function faultOf(r: RecordValues, now: Now): IdentityNumberFault | null {
  if (r !== asked.record) asked = { record: r, fault: findIdentityNumberFault(r.idcode ?? '', now.today) };
  return asked.fault;
}
let asked: { record: RecordValues | null; fault: IdentityNumberFault | null } = { record: null, fault: null };

const identityNumber = (key: IdentityNumberFault, code: IssueCode, wording: string): Rule => ({
  field: 'idcode',
  key,
  code,
  wording,
  uses: ['id_card_type_code'],
  broken: (r, now) => r.id_card_type_code === '01' && faultOf(r, now) === key,
});

const documentForm = (type: string, key: string, wording: string, form: RegExp): Rule => ({
  field: 'idcode',
  key,
  code: 'FORMAT',
  wording,
  uses: ['id_card_type_code'],
  broken: (r) => r.id_card_type_code === type && !form.test(r.idcode ?? ''),
});

const isIdentityNumber = (r: RecordValues, now: Now) => r.id_card_type_code === '01' && faultOf(r, now) === null;

export const RULES: readonly Rule[] = [
  identityNumber('fifteen', 'FORMAT', '为 15 位旧号码,请换成 18 位公民身份号码'),
  identityNumber('eighteen', 'FORMAT', '应为 18 位公民身份号码(GB 11643-1999)'),
  identityNumber('division', 'DICTIONARY', '前 6 位应为现行或历史行政区划代码'),
  identityNumber('date', 'FORMAT', '第 7 至 14 位应为真实且不晚于今天的出生日期'),
  identityNumber('checksum', 'CHECKSUM', '校验码(第 18 位)不符(GB 11643-1999)'),
  documentForm('03', 'passport', '作为护照号码应为 5 至 17 位字母或数字', /^[0-9A-Z]{5,17}$/),
  documentForm(
    '06',
    'hk_macao',
    '作为港澳居民来往内地通行证号码应为 H 或 M 加 8 位或 10 位数字',
    /^[HM]\d{8}(?:\d{2})?$/,
  ),
  documentForm(
    '07',
    'taiwan',
    '作为台湾居民来往大陆通行证号码应为 8 位数字,或 10 位数字加至多 1 位字母',
    /^\d{8}$|^\d{10}[A-Z]?$/,
  ),
  {
    field: 'birthday',
    key: 'future',
    code: 'FORMAT',
    wording: '不得晚于今天',
    uses: [],
    broken: (r, now) => (r.birthday ?? '') > now.today,
  },
  {
    field: 'birthday',
    key: 'idcode',
    code: 'MISMATCH',
    wording: '与证件号码(idcode)中的出生日期不一致',
    uses: ['id_card_type_code', 'idcode'],
    broken: (r, now) => isIdentityNumber(r, now) && r.birthday !== birthdayOf(r.idcode ?? ''),
  },
  {
    field: 'sex',
    key: 'idcode',
    code: 'MISMATCH',
    wording: '与证件号码(idcode)中的性别不一致',
    uses: ['id_card_type_code', 'idcode'],
    broken: (r, now) => isIdentityNumber(r, now) && r.sex !== sexOf(r.idcode ?? ''),
  },
  {
    field: 'nation',
    key: 'citizen',
    code: 'REQUIRED',
    wording: '不能为空(国籍为中国或未填时必填)',
    uses: ['nationality'],
    broken: (r) => r.nation === null && (r.nationality ?? 'CHN') === 'CHN',
  },
  {
    field: 'authentication_method',
    key: 'authenticated',
    code: 'REQUIRED',
    wording: '不能为空(已经实名认证时必填)',
    uses: ['recognize_flag'],
    broken: (r) => r.authentication_method === null && r.recognize_flag === '1',
  },
  {
    field: 'cd_time',
    key: 'future',
    code: 'FORMAT',
    wording: '不得晚于当前时间一天以上',
    uses: [],
    broken: (r, now) => (r.cd_time ?? '') > now.tomorrow,
  },
  {
    field: 'cd_batch',
    key: 'source',
    code: 'MISMATCH',
    wording: '前 4 位应与来源(cd_source)一致',
    uses: ['cd_source'],
    broken: (r) => r.cd_batch?.slice(0, 4) !== r.cd_source,
  },
  {
    field: 'name',
    key: 'long',
    code: 'TOO_LONG',
    wording: '超过 20 个字符,请确认(已收下)',
    uses: [],
    warning: true,
    broken: (r) => (r.name ?? '').length > 20 && [...(r.name ?? '')].length > 20,
  },
  {
    field: 'linkman',
    key: 'child',
    code: 'REQUIRED',
    wording: '为空:16 岁以下居民应填监护人(已收下)',
    uses: ['birthday'],
    warning: true,
    broken: (r, now) => r.linkman === null && yearsBetween(r.birthday ?? '', now.today) < 16,
  },
];

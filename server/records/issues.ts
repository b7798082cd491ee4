/**
 * What can be wrong with a record: codes for programs, sentences for people. An issue is stored by its key (`phone:form`), so no value
 * of a record can stand in it.
 */
import { FIELDS, type FieldName } from './fields.ts';
import { RULES } from './rules.ts';

export const ISSUE_MEANINGS = {
  REQUIRED: '必填字段为空',
  TOO_LONG: '超过字段长度',
  FORMAT: '格式有误',
  DICTIONARY: '不是字典中的代码',
  CHECKSUM: '校验码不符',
  MISMATCH: '与其他字段不一致',
  NOT_FILED: '应用或接入组件未在本市备案',
  FILING_REVOKED: '应用或接入组件的备案已撤销',
  WRONG_SOURCE: '来源不是凭据所属城市',
  STALE: '早于省平台已有的记录',
  CONFLICT: '新增的主键已存在且内容不同',
  UNKNOWN_ID: '更新或删除的主键不存在',
  DUPLICATE_IN_BATCH: '主键在本批次中重复,只取第一条',
} as const;
export type IssueCode = keyof typeof ISSUE_MEANINGS;
export const ISSUE_CODES = Object.keys(ISSUE_MEANINGS) as IssueCode[];

export interface Issue {
  /** Empty when it is the record itself. */
  field: FieldName | '';
  code: IssueCode;
  message: string;
}

const labels = new Map<string, string>(FIELDS.map((field) => [field.name, field.label]));
const ISSUES = new Map<string, Issue>();

function add(field: FieldName | '', key: string, code: IssueCode, wording: string): void {
  const subject = field ? `${labels.get(field)}(${field})` : '记录';
  ISSUES.set(`${field}:${key}`, { field, code, message: subject + wording });
}

for (const { name, max, length, form } of FIELDS) {
  add(name, 'required', 'REQUIRED', '不能为空');
  add(name, 'length', 'TOO_LONG', `不得超过 ${max} 个字符(${length})`);
  add(name, 'text', 'FORMAT', '应为文本,首尾没有空格,不含控制字符');
  add(name, 'form', form.code, form.wording);
}
for (const { field, key, code, wording } of RULES) add(field, key, code, wording);
add('', 'object', 'FORMAT', '应为一个 JSON 对象,或与表头列数相同的一行');
add('', 'fields', 'FORMAT', '含有规范 25 个字段以外的字段');
// What is judged against the batch, the filing register and the records that stand already.
add('cd_source', 'city', 'WRONG_SOURCE', '应为上传凭据所属城市的代码');
add('cd_batch', 'batch', 'MISMATCH', '应与本批次的批次号一致');
add('app_record_no', 'filed', 'NOT_FILED', '不是本市已备案的接入组件');
add('app_record_no', 'revoked', 'FILING_REVOKED', '对应的备案已撤销');
add('app_record_no_recognize', 'filed', 'NOT_FILED', '不是本市已备案的应用');
add('app_record_no_recognize', 'revoked', 'FILING_REVOKED', '对应的备案已撤销');
add('id', 'repeated', 'DUPLICATE_IN_BATCH', '在本批次中重复出现');
add('id', 'unknown', 'UNKNOWN_ID', '不存在,不能更新或删除');
add('id', 'known', 'CONFLICT', '已存在且内容不同,新增失败;如需更改请用 u');
add('cd_time', 'stale', 'STALE', '早于省平台已有记录的时间');

/**
 * The issue that a stored key names. A key of an older version that is no more is told by its field alone.
 * @param key e.g. `phone:form`
 */
export function issueOf(key: string): Issue {
  const [field = ''] = key.split(':');
  return (
    ISSUES.get(key) ?? { field: field as Issue['field'], code: 'FORMAT', message: `${labels.get(field) ?? ''}有误` }
  );
}

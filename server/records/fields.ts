/**
 * 实名认证记录表, 5.2.2 of the specification: its 25 fields, in its order. `length` and `required` are its own words; `max`
 * is what is taken (code points), where the decisions of the requirements make it another number.
 */
import {
  BATCH_NO,
  CARD,
  COUNTY,
  DAY,
  DOCUMENT,
  FLAG,
  type Form,
  ID_CARD_TYPE,
  METHODS,
  MOBILE,
  NATION,
  NATIONALITY,
  OPERATION,
  SEX,
  SOURCE,
  TEXT,
  TIME,
  UUID,
} from './forms.ts';

interface FieldRow {
  name: string;
  label: string;
  length: string;
  max: number;
  required: boolean;
  form: Form;
}

export const FIELDS = [
  { name: 'id', label: '主键', length: 'AN32', max: 36, required: true, form: UUID },
  { name: 'erhc_card_no', label: '电子健康码编码', length: 'AN128', max: 128, required: true, form: CARD },
  { name: 'empi', label: '居民账户主键', length: 'AN128', max: 128, required: true, form: CARD },
  { name: 'name', label: '姓名', length: 'AN20', max: 50, required: true, form: TEXT },
  { name: 'sex', label: '性别', length: 'AN2', max: 2, required: true, form: SEX },
  // Required of Chinese citizens: rules.ts.
  { name: 'nation', label: '民族', length: 'AN2', max: 2, required: false, form: NATION },
  { name: 'nationality', label: '国籍', length: 'AN3', max: 3, required: false, form: NATIONALITY },
  { name: 'birthday', label: '出生日期', length: 'D8', max: 10, required: true, form: DAY },
  { name: 'address', label: '户籍地址', length: 'AN200', max: 200, required: false, form: TEXT },
  { name: 'id_card_type_code', label: '证件类型', length: 'AN2', max: 2, required: true, form: ID_CARD_TYPE },
  { name: 'idcode', label: '证件号码', length: 'AN30', max: 30, required: true, form: DOCUMENT },
  { name: 'phone', label: '手机号', length: 'N11', max: 11, required: true, form: MOBILE },
  { name: 'linkman', label: '联系人姓名', length: 'AN20', max: 20, required: false, form: TEXT },
  { name: 'telephone', label: '联系人电话', length: 'AN20', max: 20, required: false, form: TEXT },
  { name: 'birthplace', label: '出生地详细地址', length: 'AN200', max: 200, required: false, form: TEXT },
  { name: 'county_code', label: '居住地所在区县代码', length: 'AN12', max: 12, required: false, form: COUNTY },
  { name: 'current_address', label: '居住地详细地址', length: 'AN200', max: 200, required: false, form: TEXT },
  // Required once authenticated: rules.ts.
  { name: 'authentication_method', label: '实名认证方式', length: 'AN12', max: 12, required: false, form: METHODS },
  { name: 'app_record_no', label: '接入组件入网编码', length: 'AN20', max: 20, required: true, form: TEXT },
  { name: 'app_record_no_recognize', label: '应用备案号', length: 'AN20', max: 20, required: true, form: TEXT },
  { name: 'recognize_flag', label: '是否实名认证', length: 'N1', max: 1, required: true, form: FLAG },
  { name: 'cd_time', label: '插入时间', length: 'DT14', max: 19, required: true, form: TIME },
  { name: 'cd_source', label: '来源', length: 'AN12', max: 12, required: true, form: SOURCE },
  { name: 'cd_batch', label: '批次号', length: 'AN20', max: 21, required: true, form: BATCH_NO },
  { name: 'cd_operation', label: '新增数据状态标识', length: 'A1', max: 1, required: true, form: OPERATION },
] as const satisfies readonly FieldRow[];

export type FieldName = (typeof FIELDS)[number]['name'];
export const FIELD_NAMES: readonly FieldName[] = FIELDS.map((field) => field.name);
/** A record's texts as they are kept. */
export type RecordValues = Record<FieldName, string | null>;

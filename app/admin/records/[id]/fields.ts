import type { Answers } from '../../answers.ts';

export type Fields = Answers['records']['open']['fields'];

/** The 25 fields in the specification's order and words. */
const LABELS: Record<keyof Fields, string> = {
  id: '主键(uuid)',
  erhc_card_no: '电子健康码编码',
  empi: '居民账户主键 id',
  name: '姓名',
  sex: '性别',
  nation: '民族',
  nationality: '国籍',
  birthday: '出生日期',
  address: '户籍地址',
  id_card_type_code: '证件类型',
  idcode: '证件号码',
  phone: '手机号',
  linkman: '联系人姓名',
  telephone: '联系人电话',
  birthplace: '出生地详细地址',
  county_code: '居住地所在区县代码',
  current_address: '居住地详细地址',
  authentication_method: '实名认证方式',
  app_record_no: '接入组件入网编码',
  app_record_no_recognize: '实名认证 app 应用备案号唯一识别',
  recognize_flag: '是否实名认证',
  cd_time: '插入时间',
  cd_source: '来源(行政区划代码前4位)',
  cd_batch: '批次号',
  cd_operation: '新增数据状态标识',
};

const RECOGNIZE_FLAG: Record<number, string> = { 0: '尚未实名认证', 1: '已经实名认证' };
export const CD_OPERATION: Record<Fields['cd_operation'], string> = { i: '新增', u: '更新', d: '删除' };

/** The fields one by one, codes with their meaning; `text` is null where the city gave nothing. */
export function describeFields(fields: Fields) {
  const meant: Record<keyof Fields, string | number | null> = {
    ...fields,
    recognize_flag: `${RECOGNIZE_FLAG[fields.recognize_flag] ?? '未知'}(${fields.recognize_flag})`,
    cd_operation: `${CD_OPERATION[fields.cd_operation]}(${fields.cd_operation})`,
  };
  return (Object.keys(LABELS) as (keyof Fields)[]).map((column) => ({
    column,
    label: LABELS[column],
    text: meant[column],
  }));
}

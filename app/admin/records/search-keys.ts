import type { RecordFilter } from '../../../server/records/schema.ts';

type Key = NonNullable<RecordFilter['search']>['by'];

/** What records can be found by, and what to write for it. */
export const SEARCH_KEYS: Record<Key, { label: string; hint: string }> = {
  name: { label: '姓名', hint: '姓名,可只填开头的字' },
  idcode: { label: '证件号码', hint: '完整的证件号码' },
  phone: { label: '手机号', hint: '11 位手机号' },
  code: { label: '电子健康码', hint: '扫码枪读出的内容或健康码编码' },
};

/** 实名认证方式 of 5.2.2, in short. */
export const METHODS: Record<NonNullable<RecordFilter['method']>, string> = {
  '1': '二要素认证',
  '2': '三要素认证',
  '3': '面部识别',
  '4': '现场认证',
};

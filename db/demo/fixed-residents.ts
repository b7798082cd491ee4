import { createHash } from 'node:crypto';

/** A fictional resident who is the same in every demo and test. The card is {@link cardNoOf} of the key. */
export interface FixedResident {
  key: string;
  /** What the resident is there to show. */
  label: string;
}

export const FIXED_RESIDENTS: readonly FixedResident[] = [
  { key: 'demo:authenticated', label: '已实名认证' },
  { key: 'demo:unauthenticated', label: '未实名认证' },
  { key: 'demo:withdrawn', label: '认证记录已撤销' },
  { key: 'demo:two-records', label: '两条记录:新的未认证,旧的已认证' },
  { key: 'demo:long-name', label: '长姓名' },
  { key: 'demo:rare-name', label: '生僻字姓名' },
  { key: 'demo:child', label: '三岁儿童,监护人陪同' },
  { key: 'demo:foreigner', label: '外国人,护照' },
];

/** `erhc_card_no` of a demo resident: upper-case hex of SHA-256 of the key's UTF-8 text. */
export function cardNoOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').toUpperCase();
}

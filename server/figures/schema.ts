import { z } from 'zod';

export const readFiguresInput = z.object({ period: z.enum(['today', 'month'], '统计区间有误') });
export type ReadFiguresInput = z.infer<typeof readFiguresInput>;

/** What is counted. A stored word is a format: changing one is a migration. */
export const METRICS = {
  'scan.authenticated': '扫码:已认证',
  'scan.unauthenticated': '有认证记录,但未通过实名认证',
  'scan.unknown': '省平台没有该健康码的记录',
  'voucher.issued': '出具凭证',
  'voucher.reprinted': '补打凭证',
  'voucher.voided': '作废凭证',
  'refused.STATIC_CODE_REFUSED': '本单位不接受静态码',
  'refused.CODE_FORGED': '不是有效的电子健康码',
  'refused.CODE_EXPIRED': '健康码已过期',
  'refused.ISSUER_UNKNOWN': '本单位不接受未登记机构的码',
  'refused.RESIDENT_NOT_AUTHENTICATED': '打印时认证已失效',
  'refused.VOUCHER_VOIDED': '补打时凭证已作废',
  'refused.VOUCHER_EXPIRED': '补打时凭证已过期',
  'refused.OTHER': '其他原因',
  'upload.batches': '上传批次',
  'upload.accepted': '接收记录',
  'upload.unchanged': '无变化记录',
  'upload.rejected': '拒收记录',
} as const;
export type Metric = keyof typeof METRICS;

/** What a scan that looked nobody up was refused for. */
export const CODE_REFUSALS = [
  'refused.STATIC_CODE_REFUSED',
  'refused.CODE_FORGED',
  'refused.CODE_EXPIRED',
  'refused.ISSUER_UNKNOWN',
] as const satisfies readonly Metric[];

/** Why somebody went away without a voucher. */
export const REFUSALS = [
  'scan.unauthenticated',
  'scan.unknown',
  ...CODE_REFUSALS,
  'refused.RESIDENT_NOT_AUTHENTICATED',
  'refused.VOUCHER_VOIDED',
  'refused.VOUCHER_EXPIRED',
  'refused.OTHER',
] as const satisfies readonly Metric[];

/** Sites that a list of them shows. */
export const MOST_SITES = 20;

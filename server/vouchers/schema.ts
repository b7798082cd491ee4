import { z } from 'zod';
import type { VoucherSnapshot } from '../../db/index.ts';
import { openRecordInput } from '../records/schema.ts';
import { siteCode } from '../sites/schema.ts';

/** Text of a health code, in any of the forms that `parseHealthCode` reads. */
export const codeInput = z.object({ code: z.string('请出示电子健康码').max(512, '不是电子健康码') });

/** Site code, `yyyyMMdd`, four-digit serial. */
export const voucherNo = z.string().regex(/^\d{22}$/, '凭证号应为 22 位数字');
export const voucherInput = z.object({ voucherNo });

export const voidVoucherInput = z.object({
  voucherNo,
  reason: z.string('请填写作废原因').trim().min(2, '作废原因至少 2 个字').max(100, '作废原因不超过 100 个字'),
});

/** `yyyy-MM-dd`; today if left out. */
const day = z.iso.date('日期应为 yyyy-MM-dd').optional();
/** The own site if left out; the province may name any. */
const site = siteCode.optional();
export const reportDayInput = z.object({ day, siteCode: site });
export const listIssuersInput = reportDayInput;

export const VOUCHER_ORDERS = ['newest', 'oldest'] as const;
export type VoucherOrder = (typeof VOUCHER_ORDERS)[number];

export const browseVouchersInput = z.object({
  day,
  siteCode: site,
  state: z.enum(['live', 'voided'], '状态不在允许范围内').optional(),
  /** Staff id. */
  issuedBy: z.string().min(1).max(64).optional(),
  order: z.enum(VOUCHER_ORDERS, '顺序不在允许范围内').default('newest'),
  /** Number of the last voucher of the page before. */
  cursor: voucherNo.optional(),
});
export type BrowseVouchersInput = z.infer<typeof browseVouchersInput>;
export const VOUCHERS_PER_PAGE = 50;

export const vouchersOfRecordInput = openRecordInput;
export const VOUCHERS_OF_A_RECORD = 100;

/** A voucher as it may be printed. */
export interface Voucher extends VoucherSnapshot {
  voucherNo: string;
  paper: 'A5' | '80mm';
  /** `yyyy-MM-dd HH:mm:ss`, Shanghai. */
  issuedAt: string;
  /** How often it was printed; from the second on the paper says 补打. */
  printCount: number;
}

/** What the console's pages ask about batches, cities and credentials. Pages load it: nothing here may reach Node; see wire.ts. */
import { z } from 'zod';

/** Errors that a receipt itself holds; all of them stand in `errors.csv`. */
export const INLINE_ERRORS = 1000;

/** 批次号: the city's four digits, 12 to 14 digits of time, three of serial. */
export const batchNo = z
  .string('请填写批次号(cd_batch)')
  .regex(/^\d{19,21}$/, '批次号(cd_batch)应为行政区划代码前 4 位 + 插入时间 + 3 位流水号')
  .describe('批次号:行政区划代码前 4 位 + 插入时间 yyMMddHHmmss(也接受 13、14 位)+ 3 位流水号');

const appId = z.string('请填写凭据编号').regex(/^[0-9A-Za-z_-]{3,40}$/, '凭据编号有误');
export const createCredentialInput = z.object({
  cityCode: z.string().regex(/^\d{4}$/, '城市编码应为 4 位数字'),
  label: z.string('请填写用途').trim().min(1, '请填写用途').max(50, '用途不超过 50 个字'),
});
export type CreateCredentialInput = z.infer<typeof createCredentialInput>;
export const rotateCredentialInput = z.object({
  appId,
  overlapHours: z
    .int('旧密钥保留时间应为整数小时')
    .min(0, '旧密钥保留时间不小于 0 小时')
    .max(720, '旧密钥最多保留 720 小时')
    .default(24),
});
export type RotateCredentialInput = z.infer<typeof rotateCredentialInput>;
export const revokeCredentialInput = z.object({ appId });

export const createCityInput = z.object({ code: z.string().regex(/^\d{4}$/, '城市编码应为行政区划代码前 4 位') });
export type CreateCityInput = z.infer<typeof createCityInput>;

export const BATCHES_PER_PAGE = 20;
export const browseBatchesInput = z.object({
  cityCode: z
    .string()
    .regex(/^\d{4}$/, '城市编码应为 4 位数字')
    .optional(),
  cursor: z.int().positive().optional(),
});
export type BrowseBatchesInput = z.infer<typeof browseBatchesInput>;
export const openBatchInput = z.object({ cdBatch: batchNo });

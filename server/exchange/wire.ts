/** What goes over the exchange's wire, in the specification's names; OpenAPI is made from it. */
import { z } from 'zod';
import { ISSUE_CODES, ISSUE_MEANINGS } from '../records/issues.ts';
import { batchNo, INLINE_ERRORS } from './schema.ts';

/** Limits of one upload: past them nothing is written. */
export const MAX_RECORDS = 100_000;
export const MAX_BYTES = 64 * 1024 * 1024;
/** Days that one reconciliation spans. */
export const MAX_DAYS = 31;

export const recordError = z.object({
  row: z.int().describe('第几条记录,从 1 起'),
  id: z.string().nullable().describe('记录主键;主键本身有误时为 null'),
  field: z.string().describe('有误的字段;记录本身有误时为空'),
  code: z.enum(ISSUE_CODES).meta({ description: '错误代码,含义不变', 'x-enumDescriptions': ISSUE_MEANINGS }),
  message: z.string().describe('字段与规则,不含字段的值'),
});
export type RecordError = z.infer<typeof recordError>;

export const receipt = z.object({
  cd_batch: batchNo,
  received_at: z.iso.datetime().describe('收到时间,UTC'),
  total: z.int().describe('记录总数 = accepted + unchanged + rejected'),
  accepted: z.int().describe('写入的记录数'),
  unchanged: z.int().describe('与已有记录完全相同,无需写入的记录数'),
  rejected: z.int().describe('被拒绝的记录数'),
  warnings: z.int().describe('有提示但已收下的记录数'),
  errors: z.array(recordError).max(INLINE_ERRORS).describe(`前 ${INLINE_ERRORS} 个错误`),
  errors_url: z.string().describe('全部错误与提示,CSV'),
});
export type Receipt = z.infer<typeof receipt>;

/** What every refused request is answered with. */
export const refusal = z.object({
  code: z.string().describe('错误代码,含义不变'),
  message: z.string().describe('中文说明'),
  field: z.string().nullable().describe('有误的参数'),
  request_id: z.string().describe('请求编号,可凭此查询日志'),
});

const day = z.iso.date('日期格式应为 yyyy-MM-dd');
export const reconciledDays = z.object({
  from: day.describe('起始日期(含),按记录的 cd_time'),
  to: day.describe(`截止日期(含),与起始日期相距不超过 ${MAX_DAYS} 天`),
});
export const reconciliationQuery = reconciledDays
  .refine(({ from, to }) => from <= to, { path: ['to'], message: '截止日期不得早于起始日期' })
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < MAX_DAYS * 86_400_000, {
    path: ['to'],
    message: `一次最多对账 ${MAX_DAYS} 天`,
  });
export type ReconciliationQuery = z.infer<typeof reconciliationQuery>;

const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256,对每条记录的一行「id,cd_operation,cd_time」按 id 排序,每行以换行符 LF 结尾');
export const reconciliation = z.object({
  cd_source: z.string().describe('来源,凭据所属城市'),
  from: day.describe('起始日期'),
  to: day.describe('截止日期'),
  days: z.array(
    z.object({
      day: day.describe('记录 cd_time 的日期'),
      count: z.int().describe('省平台现存的记录数,已删除的(d)也计入'),
      digest,
      batches: z.array(
        z.object({
          cd_batch: batchNo.describe('最后写入该记录的批次'),
          cd_operation: z.enum(['i', 'u', 'd']),
          count: z.int(),
          digest,
        }),
      ),
    }),
  ),
});
export type Reconciliation = z.infer<typeof reconciliation>;

import { z } from 'zod';

export const RECORDS_PER_PAGE = 20;

export const RECORD_STATES = { authenticated: '已认证', unauthenticated: '未认证', withdrawn: '已撤销' } as const;
export type RecordState = keyof typeof RECORD_STATES;

const recordId = z.string().regex(/^[0-9a-f]{32}$/, '记录编号应为 32 位十六进制数字');

const day = z.iso.date('日期应为 yyyy-MM-dd');

/** What a list of records lets through. One key at a time; the other filters go with each. */
const filter = {
  search: z
    .discriminatedUnion('by', [
      z.object({ by: z.literal('name'), text: z.string().trim().min(1, '请填写姓名').max(50, '姓名不超过 50 个字') }),
      z.object({
        by: z.literal('idcode'),
        text: z
          .string()
          .trim()
          .toUpperCase()
          .regex(/^[0-9A-Z()-]{4,30}$/, '证件号码由 4 至 30 位数字或字母组成'),
      }),
      z.object({
        by: z.literal('phone'),
        text: z
          .string()
          .trim()
          .regex(/^\d{11}$/, '手机号应为 11 位数字'),
      }),
      z.object({ by: z.literal('code'), text: z.string().trim().min(1, '请填写电子健康码').max(512, '内容过长') }),
    ])
    .optional(),
  /** `cd_source` */
  cityCode: z
    .string()
    .regex(/^\d{4}$/, '城市编码应为 4 位数字')
    .optional(),
  /** `app_record_no_recognize` */
  app: z.string().min(1).max(20, '应用备案号不超过 20 个字').optional(),
  state: z.enum(Object.keys(RECORD_STATES) as [RecordState, ...RecordState[]], '状态不在允许范围内').optional(),
  /** A digit of `authentication_method`. */
  method: z.enum(['1', '2', '3', '4'], '实名认证方式应为 1 至 4').optional(),
  /** Days of `cd_time`, both included. */
  from: day.optional(),
  to: day.optional(),
};
const inOrder = ({ from, to }: { from?: string | undefined; to?: string | undefined }) => !from || !to || from <= to;
const OUT_OF_ORDER = { error: '开始日期不能晚于结束日期', path: ['to'] };

export const recordFilter = z.object(filter).refine(inOrder, OUT_OF_ORDER);
export type RecordFilter = z.infer<typeof recordFilter>;

export const ORDERS = ['newest', 'oldest'] as const;

export const browseRecordsInput = z
  .object({
    ...filter,
    /** By `cd_time`, the newest first if left out. A search by name goes by name: `oldest`, then, is from its beginning. */
    order: z.enum(ORDERS, '排序方式有误').optional(),
    /** `id` of the last row of the page before. */
    cursor: recordId.optional(),
  })
  .refine(inOrder, OUT_OF_ORDER);
export type BrowseRecordsInput = z.infer<typeof browseRecordsInput>;

/** What a list or an export of records can show, in this order. */
export const RECORD_COLUMNS = {
  name: '姓名',
  sex: '性别',
  birthday: '出生日期',
  idCardType: '证件类型',
  idcode: '证件号码',
  phone: '手机号',
  cityName: '来源城市',
  app: '应用备案号',
  methods: '实名认证方式',
  cdTime: '插入时间',
  cdBatch: '批次号',
  state: '状态',
} as const;
export type RecordColumn = keyof typeof RECORD_COLUMNS;

export const openRecordInput = z.object({ id: recordId });

/** Digits enough for a phone or a document number: a reason stays in the audit trail, which holds no personal data. */
const LONG_NUMBER = /\d{7}/;
export const revealRecordInput = z.object({
  id: recordId,
  reason: z
    .string('请填写查看原因')
    .trim()
    .min(2, '查看原因至少 2 个字')
    .max(100, '查看原因不超过 100 个字')
    .refine((text) => !LONG_NUMBER.test(text), '查看原因中请勿填写证件号码、手机号等个人信息'),
});

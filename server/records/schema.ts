import { z } from 'zod';

export const RECORDS_PER_PAGE = 20;

export const RECORD_STATES = { authenticated: '已认证', unauthenticated: '未认证', withdrawn: '已撤销' } as const;
export type RecordState = keyof typeof RECORD_STATES;

const recordId = z.string().regex(/^[0-9a-f]{32}$/, '记录编号应为 32 位十六进制数字');

/** One key at a time: each has its own index. */
export const browseRecordsInput = z.object({
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
  /** `id` of the last row of the page before. */
  cursor: recordId.optional(),
});
export type BrowseRecordsInput = z.infer<typeof browseRecordsInput>;

export const openRecordInput = z.object({ id: recordId });

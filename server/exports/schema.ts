import { z } from 'zod';
import { AUDIT_ORDERS, auditFilter } from '../audit/schema.ts';
import { ORDERS, RECORD_COLUMNS, type RecordColumn, recordFilter } from '../records/schema.ts';

/** Rows of one export; more fit into no sheet, and help nobody. */
export const MOST_ROWS = 1_000_000;
export const FORMATS = { csv: 'CSV', xlsx: 'Excel(XLSX)' } as const;
export type ExportFormat = keyof typeof FORMATS;

const format = z.enum(Object.keys(FORMATS) as [ExportFormat, ...ExportFormat[]], '文件格式有误');
const column = z.enum(Object.keys(RECORD_COLUMNS) as [RecordColumn, ...RecordColumn[]], '列不在允许范围内');

/** What is exported: the filter and the columns that the page shows. */
export const startExportInput = z.discriminatedUnion('source', [
  z.object({
    source: z.literal('records'),
    format,
    filter: recordFilter,
    order: z.enum(ORDERS, '排序方式有误').optional(),
    columns: z.array(column).min(1, '请至少选择一列').max(Object.keys(RECORD_COLUMNS).length),
  }),
  z.object({
    source: z.literal('audit'),
    format,
    filter: auditFilter,
    order: z.enum(AUDIT_ORDERS, '排序方式有误').default('newest'),
  }),
]);
/** As a page asks for it, and as it is done. */
export type StartExportInput = z.input<typeof startExportInput>;
export type ExportInput = z.output<typeof startExportInput>;

export const exportInput = z.object({ id: z.uuid('导出编号有误') });

export type ExportState = 'running' | 'done' | 'failed' | 'cancelled';

/** An export as its page shows it. */
export interface ExportJob {
  id: string;
  source: StartExportInput['source'];
  format: ExportFormat;
  state: ExportState;
  /** Rows written so far. */
  rows: number;
  /** Rows that there will be; null while they are counted, and of the audit trail, which is not counted beforehand. */
  total: number | null;
  /** `yyyy-MM-dd HH:mm:ss`, Shanghai. */
  startedAt: string;
  /** Why it failed; Chinese, for people. */
  problem: string | null;
}

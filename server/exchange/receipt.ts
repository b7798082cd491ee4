import { and, asc, eq, gt, isNotNull } from 'drizzle-orm';
import { atMost, given, prepared, type Queries, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { issueOf } from '../records/issues.ts';
import { INLINE_ERRORS } from './schema.ts';
import type { Receipt, RecordError } from './wire.ts';

const { batches, batchIssues } = tables;
export type Batch = typeof batches.$inferSelect;
type Issues = typeof batchIssues.$inferSelect;

/** A row may have a line for each of its fields. */
const ROWS_A_PAGE = 100;

const readErrors = prepared((db: Queries) =>
  db
    .select()
    .from(batchIssues)
    .where(and(eq(batchIssues.batchId, given('batchId')), isNotNull(batchIssues.errors)))
    .orderBy(asc(batchIssues.row))
    .limit(atMost(INLINE_ERRORS)),
);

/** The receipt of a batch that stands, with its first 1 000 errors. */
export async function readReceipt(db: Queries, batch: Batch): Promise<Receipt> {
  const rows = await readErrors(db, { batchId: batch.id });
  return {
    cd_batch: batch.cdBatch,
    received_at: batch.receivedAt,
    total: batch.total,
    accepted: batch.accepted,
    unchanged: batch.unchanged,
    rejected: batch.rejected,
    warnings: batch.warnings,
    errors: rows.flatMap((row) => tell(row, row.errors)).slice(0, INLINE_ERRORS),
    errors_url: `/api/exchange/v1/batches/${batch.cdBatch}/errors.csv`,
  };
}

/**
 * A batch by its number.
 * @param cityCode whose it must be; another city's is as good as none. Null: anybody's
 * @throws DomainError BATCH_NOT_FOUND
 */
export async function getBatch(db: Queries, cdBatch: string, cityCode: string | null): Promise<Batch> {
  const [batch] = await db.select().from(batches).where(eq(batches.cdBatch, cdBatch));
  if (!batch || (cityCode !== null && batch.cityCode !== cityCode)) {
    throw new DomainError('BATCH_NOT_FOUND', '没有这个批次', 'cd_batch');
  }
  return batch;
}

export interface IssueLine extends RecordError {
  severity: 'error' | 'warning';
}

/** Everything that was wrong or odd in a batch, in the order of its rows, page by page. */
export async function* listIssues(db: Queries, batch: Batch): AsyncGenerator<IssueLine[]> {
  for (let last = 0; ; ) {
    const rows = await db
      .select()
      .from(batchIssues)
      .where(and(eq(batchIssues.batchId, batch.id), gt(batchIssues.row, last)))
      .orderBy(asc(batchIssues.row))
      .limit(ROWS_A_PAGE);
    yield rows.flatMap((row) => [
      ...tell(row, row.errors).map((line) => ({ ...line, severity: 'error' as const })),
      ...tell(row, row.warnings).map((line) => ({ ...line, severity: 'warning' as const })),
    ]);
    last = rows.at(-1)?.row ?? last;
    if (rows.length < ROWS_A_PAGE) return;
  }
}

function tell(row: Issues, keys: string | null): RecordError[] {
  return (keys ?? '')
    .split(' ')
    .filter(Boolean)
    .map((key) => ({ row: row.row, id: row.recordId, ...issueOf(key) }));
}

import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify';
import { makeBar } from '../../progress-bar.ts';
import type { Receipt } from '../wire.ts';
import { answered, batchNoOf, moveOn, type Plan, savePlan, takePlan } from './plan.ts';
import { readBatches } from './read-file.ts';
import { type Province, Refused, request } from './send.ts';

const BATCHES = '/api/exchange/v1/batches';
/** Refused records that the terminal shows. */
const SHOWN = 50;
/** How many seconds' numbers may be another upload's. */
const SECONDS_TRIED = 60;
const zip = promisify(gzip);

/** A line of `FILE.errors.csv`; `row` counts the file's records from 1. */
interface ErrorLine {
  row: number;
  id: string;
  severity: string;
  field: string;
  code: string;
  message: string;
}

export interface Outcome {
  totals: Pick<Receipt, 'total' | 'accepted' | 'unchanged' | 'rejected' | 'warnings'>;
  /** Batches that had been answered before this run. */
  before: number;
  batches: number;
  /** The first errors. */
  errors: ErrorLine[];
  errorCount: number;
}

/**
 * Uploads a file's records batch by batch, and writes all errors and warnings into `FILE.errors.csv`.
 * @throws Refused, Error; what was answered until then is remembered
 */
export async function uploadFile(province: Province, file: string, batchSize: number): Promise<Outcome> {
  const plan = await takePlan(file);
  const before = plan.receipts.length;
  await sendBatches(province, file, plan, batchSize);
  const { errors, errorCount } = await fetchErrors(province, file, plan);
  const sum = (key: keyof Outcome['totals']) => plan.receipts.reduce((total, receipt) => total + receipt[key], 0);
  return {
    totals: {
      total: sum('total'),
      accepted: sum('accepted'),
      unchanged: sum('unchanged'),
      rejected: sum('rejected'),
      warnings: sum('warnings'),
    },
    before,
    batches: plan.receipts.length,
    errors,
    errorCount,
  };
}

async function sendBatches(province: Province, file: string, plan: Plan, batchSize: number): Promise<void> {
  const { size } = await stat(file);
  const bar = makeBar('{bar} {percentage}% | {batches} 批 | {records} 条 | 剩余 {eta_formatted}');
  let read = 0;
  let records = answered(plan);
  const progress = () => ({ batches: plan.receipts.length, records });
  bar.start(size, 0, progress());
  try {
    for await (const rows of readBatches(file, batchSize, records, (bytes) => {
      read += bytes;
    })) {
      plan.receipts.push(await sendNumbered(province, file, plan, rows));
      await savePlan(file, plan);
      records += rows.length;
      bar.update(read, progress());
    }
    bar.update(size, progress());
  } finally {
    bar.stop();
  }
}

/** Another upload of this city may have begun in the same second: then its numbers are taken. */
async function sendNumbered(province: Province, file: string, plan: Plan, rows: unknown[]) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await sendBatch(province, batchNoOf(plan, plan.receipts.length), rows);
    } catch (error) {
      if (!(error instanceof Refused && error.code === 'BATCH_CONFLICT') || tries === SECONDS_TRIED) throw error;
      moveOn(plan);
      await savePlan(file, plan);
    }
  }
}

async function sendBatch(province: Province, cdBatch: string, rows: unknown[]): Promise<Plan['receipts'][number]> {
  const lines = rows.map((row) =>
    JSON.stringify(
      typeof row === 'object' && row !== null && !Array.isArray(row) ? { ...row, cd_batch: cdBatch } : row,
    ),
  );
  const body = await zip(lines.join('\n'), { level: 1 });
  const answer: Receipt = JSON.parse(await request(province, 'POST', `${BATCHES}?cd_batch=${cdBatch}`, body));
  const { errors: _errors, ...receipt } = answer;
  return receipt;
}

async function fetchErrors(province: Province, file: string, plan: Plan) {
  const path = `${file}.errors.csv`;
  await rm(path, { force: true });
  const errors: ErrorLine[] = [];
  let errorCount = 0;
  if (plan.receipts.every((receipt) => receipt.rejected + receipt.warnings === 0)) return { errors, errorCount };
  const csv = stringify({ header: true, bom: true, columns: ['row', 'id', 'severity', 'field', 'code', 'message'] });
  const written = finished(csv.pipe(createWriteStream(path)));
  let before = 0;
  for (const receipt of plan.receipts) {
    const first = before;
    before += receipt.total;
    if (receipt.rejected + receipt.warnings === 0) continue;
    const text = await request(province, 'GET', `${BATCHES}/${receipt.cd_batch}/errors.csv`);
    for (const line of parse(text, { columns: true, bom: true }) as Record<keyof ErrorLine, string>[]) {
      const translated = { ...line, row: Number(line.row) + first };
      csv.write(translated);
      if (line.severity !== 'error') continue;
      errorCount += 1;
      if (errors.length < SHOWN) errors.push(translated);
    }
  }
  csv.end();
  await written;
  return { errors, errorCount };
}

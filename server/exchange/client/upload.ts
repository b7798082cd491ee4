import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { SingleBar } from 'cli-progress';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify';
import type { Receipt } from '../wire.ts';
import { batchNoOf, type Plan, savePlan, takePlan } from './plan.ts';
import { readBatches } from './read-file.ts';
import { type Province, request } from './send.ts';

const BATCHES = '/api/exchange/v1/batches';
/** Refused records that the terminal shows. */
const SHOWN = 50;
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
  const plan = await takePlan(file, batchSize);
  const before = plan.receipts.length;
  await sendBatches(province, file, plan);
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

async function sendBatches(province: Province, file: string, plan: Plan): Promise<void> {
  const { size } = await stat(file);
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {batches} 批 | {records} 条 | 剩余 {eta_formatted}',
    stream: process.stderr,
    // In a file of a nightly run, a line now and then.
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  let read = 0;
  let n = 0;
  let records = 0;
  bar.start(size, 0, { batches: 0, records: 0 });
  try {
    for await (const rows of readBatches(file, plan.batchSize, (bytes) => {
      read += bytes;
    })) {
      if (!plan.receipts[n]) {
        plan.receipts.push(await sendBatch(province, batchNoOf(plan, n), rows));
        await savePlan(file, plan);
      }
      n += 1;
      records += rows.length;
      bar.update(read, { batches: n, records });
    }
  } finally {
    bar.stop();
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
  const spoilt = plan.receipts
    .map((receipt, n) => ({ receipt, n }))
    .filter(({ receipt: r }) => r.rejected + r.warnings > 0);
  if (spoilt.length === 0) return { errors, errorCount };
  const csv = stringify({ header: true, bom: true, columns: ['row', 'id', 'severity', 'field', 'code', 'message'] });
  const written = finished(csv.pipe(createWriteStream(path)));
  for (const { receipt, n } of spoilt) {
    const text = await request(province, 'GET', `${BATCHES}/${receipt.cd_batch}/errors.csv`);
    for (const line of parse(text, { columns: true, bom: true }) as Record<keyof ErrorLine, string>[]) {
      const translated = { ...line, row: Number(line.row) + n * plan.batchSize };
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

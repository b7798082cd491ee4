import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { decodeAny, decodeUtf8 } from '../decode-text.ts';
import { DomainError } from '../errors.ts';
import type { Now } from '../records/rules.ts';
import { readJson, readNdjson, readRecordsCsv } from './read-rows.ts';
import { type StagedBatch, stageBatch } from './stage-batch.ts';
import { unpack } from './unpack.ts';

export interface Upload {
  contentType: string;
  contentEncoding: string;
  /** Of the query. */
  cdBatch: string | undefined;
  /** Whether the body's SM3 is wanted. */
  signed: boolean;
  now: Now;
}

/**
 * Reads a body of JSON, NDJSON or CSV to its end, without holding it, and checks its records one by one.
 * @returns the batch number as it was said, not yet checked
 * @throws DomainError UNSUPPORTED_TYPE, TOO_LARGE, MALFORMED, BAD_INPUT
 */
export async function receiveBatch(
  body: IncomingMessage,
  upload: Upload,
): Promise<{ cdBatch: unknown; staged: StagedBatch; bodyDigest: string }> {
  if (!['', 'identity', 'gzip'].includes(upload.contentEncoding.toLowerCase())) {
    throw new DomainError('UNSUPPORTED_TYPE', 'Content-Encoding 只支持 gzip', 'Content-Encoding');
  }
  const digest = createHash('sm3');
  const bytes = unpack(body, upload.contentEncoding.toLowerCase() === 'gzip', (piece) => {
    if (upload.signed) digest.update(piece);
  });
  const said: unknown[] = upload.cdBatch === undefined ? [] : [upload.cdBatch];
  const rows = rowsOf(bytes, upload.contentType, (batchNo) => said.push(batchNo));
  const staged = await stageBatch(rows, upload.now);
  try {
    const [cdBatch] = said;
    if (said.some((each) => typeof each !== 'string')) {
      throw new DomainError('BAD_INPUT', '批次号(cd_batch)应为文本,请加引号', 'cd_batch');
    }
    if (said.some((each) => each !== cdBatch)) {
      throw new DomainError('BAD_INPUT', '请求中的批次号(cd_batch)前后不一', 'cd_batch');
    }
    if (staged.total === 0)
      throw new DomainError('BAD_INPUT', '批次中没有记录(JSON 应为 {"cd_batch": "…", "records": […]})', 'records');
    return { cdBatch, staged, bodyDigest: digest.digest('hex') };
  } catch (error) {
    await staged.close();
    throw error;
  }
}

function rowsOf(bytes: AsyncIterable<Uint8Array>, contentType: string, onBatchNo: (batchNo: unknown) => void) {
  const [type = '', ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters
    .find((part) => part.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  if (type === 'application/json') return readJson(decodeUtf8(bytes), onBatchNo);
  if (type === 'application/x-ndjson') return readNdjson(decodeUtf8(bytes));
  if (type !== 'text/csv') {
    const known = 'application/json、application/x-ndjson 或 text/csv';
    throw new DomainError('UNSUPPORTED_TYPE', `Content-Type 应为 ${known}`, 'Content-Type');
  }
  if (charset && !['utf-8', 'utf8', 'gb18030', 'gbk', 'gb2312'].includes(charset)) {
    throw new DomainError('UNSUPPORTED_TYPE', 'CSV 的 charset 应为 utf-8 或 gb18030', 'Content-Type');
  }
  return readRecordsCsv(decodeAny(bytes, charset?.startsWith('gb') ? 'gb18030' : charset));
}

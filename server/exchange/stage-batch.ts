import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DomainError } from '../errors.ts';
import { checkRecord } from '../records/check-record.ts';
import { FIELD_NAMES } from '../records/fields.ts';
import type { Now } from '../records/rules.ts';
import { MAX_RECORDS } from './wire.ts';

/** A row that was checked by itself: its values in the order of the fields, and the keys of what is wrong and what is odd. */
export type StagedRow = [values: (string | null)[], errors: string[], warnings: string[]];

/** A batch that was read to its end, checked row by row, and waits outside of memory to be applied. */
export interface StagedBatch {
  total: number;
  /** SHA-256 of the rows as they came: the same in each format, whatever the order of names. */
  digest: string;
  /** The rows in their order, a few hundred at once. */
  chunks(): AsyncGenerator<StagedRow[]>;
  /** Takes it away. */
  close(): Promise<void>;
}

const ROWS_A_CHUNK = 500;

/**
 * Checks rows and lays them aside in a file that no other process can see, so that memory doesn't grow with the body.
 * @throws DomainError TOO_LARGE past 100 000 records, and whatever `source` throws; nothing is left then
 */
export async function stageBatch(source: AsyncIterable<unknown[]>, now: Now): Promise<StagedBatch> {
  const path = join(tmpdir(), `exchange-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  // Nameless from here on: even a killed process leaves nothing. Windows keeps the name until the end.
  if (process.platform !== 'win32') await rm(path);
  const close = async () => {
    await file.close();
    await rm(path, { force: true });
  };
  const digest = createHash('sha256');
  const sizes: number[] = [];
  let total = 0;
  let waiting: StagedRow[] = [];
  let contents: unknown[] = [];
  const write = async () => {
    digest.update(JSON.stringify(contents));
    const bytes = Buffer.from(JSON.stringify(waiting));
    await file.appendFile(bytes);
    sizes.push(bytes.length);
    waiting = [];
    contents = [];
  };
  try {
    for await (const rows of source) {
      for (const raw of rows) {
        total += 1;
        if (total > MAX_RECORDS) throw new DomainError('TOO_LARGE', `一个批次最多 ${MAX_RECORDS} 条记录`);
        contents.push(contentOf(raw));
        const { values, errors, warnings } = checkRecord(raw, now);
        waiting.push([FIELD_NAMES.map((name) => values[name]), errors, warnings]);
        if (waiting.length === ROWS_A_CHUNK) await write();
      }
    }
    if (waiting.length > 0) await write();
  } catch (error) {
    await close();
    throw error;
  }
  return { total, digest: digest.digest('hex'), chunks: () => read(file, sizes), close };
}

async function* read(file: FileHandle, sizes: number[]): AsyncGenerator<StagedRow[]> {
  let position = 0;
  for (const size of sizes) {
    const bytes = Buffer.allocUnsafe(size);
    await file.read(bytes, 0, size, position);
    position += size;
    yield JSON.parse(bytes.toString('utf8'));
  }
}

/** What a row says, the same for JSON's `1` and CSV's `"1"`, for an empty cell and a missing name. */
function contentOf(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null) return raw;
  const given = raw as Record<string, unknown>;
  // What is nested is refused anyway, and may be too deep to be written.
  return FIELD_NAMES.map((name) => (typeof given[name] === 'object' ? '' : String(given[name] ?? '')));
}

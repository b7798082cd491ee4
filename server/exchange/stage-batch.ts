import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { indexOf } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { checkRecord } from '../records/check-record.ts';
import { FIELD_NAMES, type FieldName } from '../records/fields.ts';
import type { Now } from '../records/rules.ts';
import { MAX_RECORDS } from './wire.ts';

/**
 * A row that was checked by itself: its values in the order of the fields, then the keys of what is odd and of what is
 * wrong, each list joined by spaces. Empty where there is nothing: no field is kept as an empty text.
 */
export type StagedRow = readonly string[];
const WARNINGS_AT = FIELD_NAMES.length;
const ERRORS_AT = WARNINGS_AT + 1;

const AT = Object.fromEntries(FIELD_NAMES.map((name, at) => [name, at])) as Record<FieldName, number>;
export const fieldOf = (row: StagedRow, name: FieldName): string | null => row[AT[name]] || null;
export const warningsOf = (row: StagedRow): string[] => listOf(row[WARNINGS_AT]);
export const errorsOf = (row: StagedRow): string[] => listOf(row[ERRORS_AT]);
const listOf = (words: string | undefined) => (words ? words.split(' ') : []);

/** A batch that was read to its end, checked row by row, and waits outside of memory to be applied. */
export interface StagedBatch {
  total: number;
  /** Of the rows as they came: the same in each format, whatever the order of names. Keyed, as a row's number could be guessed by it. */
  digest: string;
  /** The rows in their order, a few hundred at once. */
  chunks(): AsyncGenerator<StagedRow[]>;
  /** Takes it away. */
  close(): Promise<void>;
}

const ROWS_A_CHUNK = 500;
/** After which others have their turn: some are checked in a millisecond. */
const ROWS_A_TURN = 8;
/** Neither can stand in a field: control characters are refused. */
const CELL_END = '\x1f';
const ROW_END = '\n';

/**
 * Checks rows and lays them aside, what is more than a few hundred in a file that no other process can see, so that memory doesn't grow with the
 * body.
 * @throws DomainError TOO_LARGE past 100 000 records, and whatever `source` throws; nothing is left then
 */
export async function stageBatch(source: AsyncIterable<unknown[]>, now: Now): Promise<StagedBatch> {
  let aside: Awaited<ReturnType<typeof openAside>> | undefined;
  const digest = createHash('sha256');
  const sizes: number[] = [];
  let total = 0;
  let waiting: string[] = [];
  let contents = '';
  const digestThem = () => {
    digest.update(contents);
    contents = '';
  };
  const layAside = async () => {
    aside ??= await openAside();
    digestThem();
    const bytes = Buffer.from(waiting.join(ROW_END));
    await aside.file.appendFile(bytes);
    sizes.push(bytes.length);
    waiting = [];
  };
  try {
    for await (const rows of source) {
      for (const raw of rows) {
        total += 1;
        if (total > MAX_RECORDS) throw new DomainError('TOO_LARGE', `一个批次最多 ${MAX_RECORDS} 条记录`);
        contents += contentOf(raw);
        const { values, errors, warnings } = checkRecord(raw, now);
        // `values` has its names in the order of the fields; join writes null as an empty text.
        waiting.push([...Object.values(values), warnings.join(' '), errors.join(' ')].join(CELL_END));
        if (waiting.length === ROWS_A_CHUNK) await layAside();
        if (total % ROWS_A_TURN === 0) await nextTurn();
      }
    }
  } catch (error) {
    await aside?.close();
    throw error;
  }
  digestThem();
  return {
    total,
    digest: indexOf('batch', digest.digest('hex')),
    async *chunks() {
      if (aside) yield* read(aside.file, sizes);
      if (waiting.length > 0) yield waiting.map(cellsOf);
    },
    close: async () => aside?.close(),
  };
}

/** Nameless where that can be: even a killed process leaves nothing. Windows keeps the name until the end. */
async function openAside(): Promise<{ file: FileHandle; close: () => Promise<void> }> {
  const path = join(tmpdir(), `exchange-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  const keepsName = process.platform === 'win32';
  if (!keepsName) await rm(path);
  return {
    file,
    async close() {
      await file.close();
      if (keepsName) await rm(path);
    },
  };
}

const cellsOf = (row: string): StagedRow => row.split(CELL_END);

async function* read(file: FileHandle, sizes: number[]): AsyncGenerator<StagedRow[]> {
  const bytes = Buffer.allocUnsafe(Math.max(0, ...sizes));
  let position = 0;
  for (const size of sizes) {
    await file.read(bytes, 0, size, position);
    position += size;
    yield bytes.toString('utf8', 0, size).split(ROW_END).map(cellsOf);
  }
}

/**
 * What a row says, to be compared with what was sent before: texts behind their lengths. As much alike as the check finds it:
 * an empty cell and a missing name, a flag 1 and "1"; but no other number is its text.
 */
function contentOf(raw: unknown): string {
  if (Array.isArray(raw)) return '#list';
  if (typeof raw !== 'object' || raw === null) return `?${textOf(raw)}`;
  const given = raw as Record<string, unknown>;
  let content = '';
  for (const name of FIELD_NAMES) {
    const value = given[name];
    content += textOf(name === 'recognize_flag' && Number.isInteger(value) ? String(value) : value);
  }
  const others = Object.keys(given).filter((name) => !Object.hasOwn(AT, name));
  if (others.length > 0) content += `#fields${measured(others.sort().join())}`;
  return content;
}
function textOf(value: unknown): string {
  if (typeof value === 'string') return measured(value);
  if (value === undefined || value === null) return measured('');
  // What is nested is refused anyway, and may be too deep to be written.
  return `#${typeof value}${measured(typeof value === 'object' ? '' : String(value))}`;
}
const measured = (text: string) => `${text.length}:${text}`;

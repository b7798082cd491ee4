/** Rows of an upload as they come, in lists of no certain length, whatever its format. A row that can't be read is a string. */
import { pipeline, Readable } from 'node:stream';
import { JSONParser } from '@streamparser/json';
import { CsvError, parse } from 'csv-parse';
import { DomainError } from '../errors.ts';
import { FIELD_NAMES } from '../records/fields.ts';

/** No record is longer, characters. */
const LONGEST = 256 * 1024;

const tooLong = (more = '') => new DomainError('TOO_LARGE', `单条记录超过 ${LONGEST / 1024} KB${more}`);

/**
 * `{ "cd_batch": "…", "records": […] }`
 * @param onBatchNo hears the batch number, before or behind the records
 * @throws DomainError MALFORMED, TOO_LARGE
 */
export async function* readJson(
  texts: AsyncIterable<string>,
  onBatchNo: (batchNo: unknown) => void,
): AsyncGenerator<unknown[]> {
  const parser = new JSONParser({ paths: ['$.cd_batch', '$.records.*'], keepStack: false });
  let rows: unknown[] = [];
  let count = 0;
  let since = 0;
  parser.onValue = ({ value, key, stack }) => {
    since = 0;
    if (stack.length === 1) return onBatchNo(value);
    // A second list would begin at 0 again, an object has names.
    if (key !== count) throw new DomainError('MALFORMED', 'records 应为一个数组', 'records');
    count += 1;
    rows.push(value);
  };
  const parsed = (work: () => void) => {
    try {
      work();
    } catch (error) {
      if (error instanceof DomainError) throw error;
      throw new DomainError('MALFORMED', `请求内容不是完整的 JSON(在第 ${count + 1} 条记录处)`);
    }
  };
  for await (const text of texts) {
    since += text.length;
    if (text) parsed(() => parser.write(text));
    // Measured from the last value on, give or take a piece.
    if (since > LONGEST + text.length) throw tooLong();
    if (rows.length > 0) yield rows;
    rows = [];
  }
  if (!parser.isEnded) parsed(() => parser.end());
}

/** One JSON object a line. @throws DomainError TOO_LARGE */
export async function* readNdjson(texts: AsyncIterable<string>): AsyncGenerator<unknown[]> {
  let rest = '';
  for await (const text of texts) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST) throw tooLong();
    yield lines.filter((line) => line.trim()).map(readLine);
  }
  if (rest.trim()) yield [readLine(rest)];
}

function readLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

/**
 * RFC 4180 with a header row of the specification's names, in any order.
 * @throws DomainError MALFORMED, TOO_LARGE
 */
export async function* readCsv(texts: AsyncIterable<string>): AsyncGenerator<unknown[]> {
  // With a callback, so that an error after an early end has an ear: without one it would end the process.
  const parser = pipeline(
    Readable.from(texts),
    parse({
      relax_column_count: true,
      // A quote within a cell that isn't quoted is a quote.
      relax_quotes: true,
      // Named, as else the first line's end would count for all: files joined together have both.
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      max_record_size: LONGEST,
    }),
    () => {},
  );
  let header: string[] | undefined;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (!header) {
        header = checkHeader(cells);
        continue;
      }
      yield [toRow(header, cells)];
    }
  } catch (error) {
    // Its message quotes the text: only the code is looked at.
    if (!(error instanceof CsvError)) throw error;
    // Records read before it, the header among them.
    const place = `(在第 ${error.records} 条记录处)`;
    if (error.code === 'CSV_MAX_RECORD_SIZE') throw tooLong(`${place},引号可能没有成对`);
    throw new DomainError('MALFORMED', `请求内容不是完整的 CSV:引号有误${place}`);
  }
  if (!header) throw new DomainError('MALFORMED', 'CSV 第一行应为字段名');
}

function checkHeader(cells: string[]): string[] {
  const header = cells.map((cell) => cell.trim());
  const unknown = header.findIndex((name) => !(FIELD_NAMES as readonly string[]).includes(name));
  if (unknown >= 0) {
    throw new DomainError('MALFORMED', `CSV 第 ${unknown + 1} 列的列名不是规范中的字段名`);
  }
  const repeated = header.find((name, at) => header.indexOf(name) !== at);
  if (repeated) throw new DomainError('MALFORMED', `CSV 的列 ${repeated} 重复`, repeated);
  return header;
}

function toRow(header: string[], cells: string[]): unknown {
  if (cells.length !== header.length) return cells.join(',');
  return Object.fromEntries(header.map((name, at) => [name, cells[at]]));
}

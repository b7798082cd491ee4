/** Rows of an upload as they come, in lists of no certain length, whatever its format. A row that can't be read is a string. */
import { JSONParser } from '@streamparser/json';
import { DomainError } from '../errors.ts';
import { LONGEST, readCsv, tooLong } from '../read-csv.ts';
import { FIELD_NAMES } from '../records/fields.ts';

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

/** CSV with a header row of the specification's names, in any order. @throws DomainError MALFORMED, TOO_LARGE */
export const readRecordsCsv = (texts: AsyncIterable<string>) => readCsv(texts, checkHeader);

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

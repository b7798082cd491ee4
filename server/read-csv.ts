/** CSV as uploads bring it. */
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { DomainError } from './errors.ts';

/** No record is longer, characters. */
export const LONGEST = 256 * 1024;

export const tooLong = (more = '') => new DomainError('TOO_LARGE', `单条记录超过 ${LONGEST / 1024} KB${more}`);

/**
 * Rows of RFC 4180 as they come, by the names of the header row. A row of another length is a string.
 * @param checkHeader the columns' names out of the first row; throws where there are wrong ones
 * @throws DomainError MALFORMED, TOO_LARGE
 */
export async function* readCsv(
  texts: AsyncIterable<string>,
  checkHeader: (cells: string[]) => string[],
): AsyncGenerator<unknown[]> {
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

function toRow(header: string[], cells: string[]): unknown {
  if (cells.length !== header.length) return cells.join(',');
  return Object.fromEntries(header.map((name, at) => [name, cells[at]]));
}

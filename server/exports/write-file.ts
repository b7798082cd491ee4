import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';
import { writeXlsxStream } from 'hucre/xlsx';
import type { ExportFormat } from './schema.ts';
import type { Source } from './sources.ts';

/**
 * Writes a source as a file, row by row: memory does not grow with it.
 * @param onPage told how many rows were written so far
 * @throws what the source throws; the file is half-written then
 */
export async function writeFile(
  source: Source,
  format: ExportFormat,
  file: NodeJS.WritableStream,
  onPage: (rows: number) => void,
): Promise<void> {
  async function* pages() {
    let written = 0;
    for await (const page of source.pages()) {
      yield page;
      written += page.length;
      onPage(written);
    }
  }
  async function* rows() {
    for await (const page of pages()) yield* page;
  }
  async function* lines() {
    // For spreadsheets: a byte order mark, and no cell that would be taken for a formula.
    yield stringify([source.headings], { bom: true });
    for await (const page of pages()) yield stringify(page, { escape_formulas: true });
  }
  if (format === 'csv') {
    await pipeline(lines, file);
  } else {
    const columns = source.headings.map((header) => ({ header, width: Math.max(12, header.length * 2 + 4) }));
    // Cells are texts and never formulas.
    const xlsx = writeXlsxStream(rows(), { name: 'Sheet1', columns, freezePane: { rows: 1 } });
    await pipeline(Readable.fromWeb(xlsx as never), file);
  }
}

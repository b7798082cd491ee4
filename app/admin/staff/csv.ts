import { stringify } from 'csv-stringify/browser/esm/sync';

/**
 * A CSV as spreadsheets read it: UTF-8 with a BOM, CRLF. A cell that would begin a formula (`= + - @` and their full-width forms)
 * gets an apostrophe: names come from whoever may enter people.
 * @param columns headings, by the rows' keys
 */
export function toCsv<Row extends object>(
  columns: { key: keyof Row & string; header: string }[],
  rows: readonly Row[],
): string {
  return stringify([...rows], { bom: true, header: true, columns, record_delimiter: 'windows', escape_formulas: true });
}

/** Hands a text made here to the browser as a file; it is sent nowhere. */
export function saveCsv(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

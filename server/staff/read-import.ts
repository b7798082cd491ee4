/** The file of an import, row by row: its headings, and the form of each cell. */
import { decodeAny } from '../decode-text.ts';
import { DomainError } from '../errors.ts';
import { readCsv } from '../read-csv.ts';
import {
  type CreateStaffInput,
  createStaffInput,
  IMPORT_COLUMNS,
  MAX_IMPORT_ROWS,
  ROLE_NAMES,
  type RowProblem,
} from './schema.ts';

type Column = (typeof IMPORT_COLUMNS)[keyof typeof IMPORT_COLUMNS];
/** By column; a string where a row has more or fewer cells than the headings. */
type Cells = Partial<Record<Column, string>> | string;

export interface ImportRow {
  /** As a spreadsheet counts: the headings are row 1. */
  row: number;
  input: CreateStaffInput;
}

const COLUMNS = new Map<string, Column>([
  ...(Object.entries(IMPORT_COLUMNS) as [string, Column][]),
  ...Object.values(IMPORT_COLUMNS).map((column): [Column, Column] => [column, column]),
]);
const REQUIRED: Column[] = ['username', 'name', 'role'];
const ROLES = new Map(Object.entries(ROLE_NAMES).map(([role, name]) => [name, role]));
const COLUMN_OF_FIELD: Record<string, Column> = { siteCode: 'site_code', cityCode: 'city_code' };

/** @throws DomainError MALFORMED, TOO_LARGE */
export async function readImport(bytes: AsyncIterable<Uint8Array>): Promise<Cells[]> {
  const rows: Cells[] = [];
  let people = 0;
  for await (const read of readCsv(decodeAny(bytes, undefined), checkHeader)) {
    rows.push(...(read as Cells[]));
    people += (read as Cells[]).filter((cells) => !isBlank(cells)).length;
    if (people > MAX_IMPORT_ROWS) {
      throw new DomainError('TOO_LARGE', `一次最多导入 ${MAX_IMPORT_ROWS} 人`, 'file');
    }
  }
  if (people === 0) throw new DomainError('MALFORMED', '文件中没有人员', 'file');
  return rows;
}

/** A column without a heading is a spreadsheet's margin. */
function checkHeader(cells: string[]): string[] {
  const header = cells.map((cell) => COLUMNS.get(cell.trim().toLowerCase()) ?? cell.trim());
  const unknown = header.findIndex((name) => name !== '' && !COLUMNS.has(name));
  const headings = Object.keys(IMPORT_COLUMNS).join('、');
  if (unknown >= 0) {
    throw new DomainError('MALFORMED', `第 ${unknown + 1} 列的列名无法识别,第一行应为:${headings}`, 'file');
  }
  const named = header.filter(Boolean);
  if (new Set(named).size < named.length) throw new DomainError('MALFORMED', '列名有重复', 'file');
  const missing = Object.entries(IMPORT_COLUMNS).find(
    ([, column]) => REQUIRED.includes(column) && !named.includes(column),
  );
  if (missing) throw new DomainError('MALFORMED', `缺少列:${missing[0]}`, 'file');
  return header;
}

/** The rows whose form is right, and what is wrong with the others. Empty rows say nothing. */
export function judgeForms(rows: Cells[]): { people: ImportRow[]; problems: RowProblem[] } {
  const people: ImportRow[] = [];
  const problems: RowProblem[] = [];
  for (const [at, cells] of rows.entries()) {
    const row = at + 2;
    if (isBlank(cells)) continue;
    if (typeof cells === 'string') {
      problems.push({ row, field: '', message: '单元格数量与第一行不一致' });
      continue;
    }
    const parsed = createStaffInput.safeParse(toInput(cells));
    if (parsed.success) people.push({ row, input: parsed.data });
    for (const { path, message } of parsed.error?.issues ?? []) {
      const field = String(path[0] ?? '');
      problems.push({ row, field: COLUMN_OF_FIELD[field] ?? field, message });
    }
  }
  return { people, problems };
}

function toInput(cells: Exclude<Cells, string>) {
  const cell = (column: Column) => cells[column]?.trim() || undefined;
  const role = cell('role');
  return {
    username: cell('username'),
    name: cell('name'),
    role: role && (ROLES.get(role) ?? role),
    siteCode: cell('site_code'),
    cityCode: cell('city_code'),
  };
}

function isBlank(cells: Cells): boolean {
  const texts = typeof cells === 'string' ? cells.split(',') : Object.values(cells);
  return texts.every((text) => text.trim() === '');
}

/**
 * The tables that records refer to. Each stands in a file of this folder, or of the operator's own folder
 * (setting DICTIONARIES), which may hold some of them or all: {@link replaceDictionaries}.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OWN_FOLDER = fileURLToPath(new URL('.', import.meta.url));
/** The tables and the columns that are read. */
const TABLES = {
  sex: ['code', 'name'],
  nation: ['code', 'name'],
  nationality: ['alpha3', 'numeric', 'name_zh'],
  'id-card-type': ['code', 'name'],
  divisions: ['code', 'name', 'level', 'status'],
} as const;
type TableName = keyof typeof TABLES;

/** @throws Error that names the file and the column it lacks */
function readTable(folder: string, name: TableName): Record<string, string>[] {
  const path = join(folder, `${name}.tsv`);
  const [header = '', ...rows] = readFileSync(path, 'utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line && !line.startsWith('#'));
  const columns = header.split('\t');
  const missing = TABLES[name].find((column) => !columns.includes(column));
  if (missing) throw new Error(`dictionary ${path}: the column ${missing} is missing`);
  return rows.map((row) => {
    const cells = row.split('\t');
    return Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? '']));
  });
}

function readAll(folderOf: (name: TableName) => string) {
  const table = (name: TableName) => readTable(folderOf(name), name);
  const names = (rows: Record<string, string>[], code: string, name: string) =>
    new Map(rows.map((row) => [row[code] ?? '', row[name] ?? '']));
  const nationality = table('nationality');
  const divisions = table('divisions');
  return {
    sex: names(table('sex'), 'code', 'name'),
    nation: names(table('nation'), 'code', 'name'),
    nationality: names(nationality, 'alpha3', 'name_zh'),
    alpha3ByNumeric: names(nationality, 'numeric', 'alpha3'),
    idCardType: names(table('id-card-type'), 'code', 'name'),
    division: names(divisions, 'code', 'name'),
    divisionStatus: names(divisions, 'code', 'status'),
    divisionLevel: names(divisions, 'code', 'level'),
  };
}

let dictionaries = readAll(() => OWN_FOLDER);

/**
 * Takes the tables that an operator's folder holds instead of our own, e.g. `DIR/nation.tsv`; once, at start.
 * @throws Error when the folder or a column is missing
 */
export function replaceDictionaries(folder: string): void {
  if (!existsSync(folder)) throw new Error(`setting DICTIONARIES: there is no folder ${folder}`);
  dictionaries = readAll((name) => (existsSync(join(folder, `${name}.tsv`)) ? folder : OWN_FOLDER));
}

const AUTHENTICATION_METHOD = new Map([
  ['1', '二要素认证'],
  ['2', '三要素认证'],
  ['3', '面部识别'],
  ['4', '现场认证'],
]);

/** A code that the table lacks is shown as it is: hiding it would hide a fault of the data. */
const nameIn = (table: Map<string, string>, code: string) => table.get(code) ?? code;

/** GB/T 2261.1-2003, e.g. `1` to 男. */
export const sexName = (code: string) => nameIn(dictionaries.sex, code);
/** GB/T 3304-1991, e.g. `01` to 汉族. */
export const nationName = (code: string) => nameIn(dictionaries.nation, code);
/** ISO 3166-1 alpha-3, e.g. `CHN` to 中国. */
export const nationalityName = (code: string) => nameIn(dictionaries.nationality, code);
/** WS 364.3-2011 CV02.01.101, e.g. `01` to 居民身份证. */
export const idCardTypeName = (code: string) => nameIn(dictionaries.idCardType, code);
/** GB/T 2260 by the first six digits, e.g. `440106001` to 天河区. */
export const divisionName = (code: string) => dictionaries.division.get(code.slice(0, 6)) ?? code;
/** City and county, e.g. `440106` to 广州市天河区; a city that has no counties by itself. */
export const divisionPath = (code: string) =>
  (code.endsWith('00') ? '' : divisionName(`${code.slice(0, 4)}00`)) + divisionName(code);
/** 实名认证方式, joined by `^`, e.g. `2^3` to 三要素认证、面部识别. */
export const authenticationMethodNames = (methods: string) =>
  methods
    .split('^')
    .map((method) => nameIn(AUTHENTICATION_METHOD, method))
    .join('、');

/** A table to choose from, in its own order. */
export const choicesOf = (table: 'sex' | 'nation' | 'nationality' | 'idCardType'): { code: string; name: string }[] =>
  [...dictionaries[table]].map(([code, name]) => ({ code, name }));

export const isSex = (code: string) => dictionaries.sex.has(code);
export const isNation = (code: string) => dictionaries.nation.has(code);
export const isIdCardType = (code: string) => dictionaries.idCardType.has(code);
/** Alpha-3 of an alpha-3 or numeric ISO 3166-1 code, e.g. `156` to `CHN`; null when there is no such country. */
export const toAlpha3 = (code: string) =>
  dictionaries.nationality.has(code) ? code : (dictionaries.alpha3ByNumeric.get(code) ?? null);
/** Whether a division of six digits stands today. */
export const isCurrentDivision = (code: string) => dictionaries.divisionStatus.get(code) === 'current';
/** Whether six digits are a city of today: the second level of the table. */
export const isCity = (code: string) => isCurrentDivision(code) && dictionaries.divisionLevel.get(code) === '2';
/**
 * The counties of today of a city.
 * @param cityCode four digits; a city without counties (e.g. 中山市) stands for itself
 */
export function countiesOf(cityCode: string): { code: string; name: string }[] {
  const codes = [...dictionaries.division.keys()].filter(
    (code) => code.startsWith(cityCode) && isCurrentDivision(code),
  );
  const counties = codes.filter((code) => dictionaries.divisionLevel.get(code) === '3');
  return (counties.length > 0 ? counties : codes).map((code) => ({ code, name: divisionName(code) }));
}
/** Whether six digits can begin a citizen identity number: a division of today or of the past. */
export const isIdentityDivision = (code: string) =>
  ['current', 'historic'].includes(dictionaries.divisionStatus.get(code) ?? '');

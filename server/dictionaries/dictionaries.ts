import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Reads a table of this folder: `#` comment lines, a header row, tab-separated rows. */
function readTable(name: string): Record<string, string>[] {
  const path = fileURLToPath(new URL(`./${name}.tsv`, import.meta.url));
  const [header = '', ...rows] = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
  const columns = header.split('\t');
  return rows.map((row) => {
    const cells = row.split('\t');
    return Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? '']));
  });
}

const namesByCode = (table: string, code: string, name: string) =>
  new Map(readTable(table).map((row) => [row[code] ?? '', row[name] ?? '']));

const SEX = namesByCode('sex', 'code', 'name');
const NATION = namesByCode('nation', 'code', 'name');
const NATIONALITY = namesByCode('nationality', 'alpha3', 'name_zh');
const ID_CARD_TYPE = namesByCode('id-card-type', 'code', 'name');
const DIVISION = namesByCode('divisions', 'code', 'name');
const AUTHENTICATION_METHOD = new Map([
  ['1', '二要素认证'],
  ['2', '三要素认证'],
  ['3', '面部识别'],
  ['4', '现场认证'],
]);

/** A code that the table lacks is shown as it is: hiding it would hide a fault of the data. */
const nameIn = (table: Map<string, string>) => (code: string) => table.get(code) ?? code;

/** GB/T 2261.1-2003, e.g. `1` to 男. */
export const sexName = nameIn(SEX);
/** GB/T 3304-1991, e.g. `01` to 汉族. */
export const nationName = nameIn(NATION);
/** ISO 3166-1 alpha-3, e.g. `CHN` to 中国. */
export const nationalityName = nameIn(NATIONALITY);
/** WS 364.3-2011 CV02.01.101, e.g. `01` to 居民身份证. */
export const idCardTypeName = nameIn(ID_CARD_TYPE);
/** GB/T 2260 by the first six digits, e.g. `440106001` to 天河区. */
export const divisionName = (code: string) => DIVISION.get(code.slice(0, 6)) ?? code;
/** 实名认证方式, joined by `^`, e.g. `2^3` to 三要素认证、面部识别. */
export const authenticationMethodNames = (methods: string) =>
  methods.split('^').map(nameIn(AUTHENTICATION_METHOD)).join('、');

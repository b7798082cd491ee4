import { expect, it } from 'vitest';
import { toCsv } from './csv.ts';

const COLUMNS: { key: 'name' | 'password'; header: string }[] = [
  { key: 'name', header: '姓名' },
  { key: 'password', header: '初始密码' },
];

it('writes what spreadsheets read: a BOM, headings, quotes where they are needed', () => {
  const csv = toCsv(COLUMNS, [{ name: '王,"示例"', password: 'k7mp-3xqd' }]);
  expect(csv).toBe('\uFEFF姓名,初始密码\r\n"王,""示例""",k7mp-3xqd\r\n');
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '=HYPERLINK("http://x")', '=1', '\t=1', '\r=1'])(
  'lets no cell begin a formula: %j',
  (name) => {
    const [, row = ''] = toCsv(COLUMNS, [{ name, password: 'x' }]).split('\r\n');
    expect(row).toMatch(/^"?'/);
  },
);

it('writes headings alone', () => {
  expect(toCsv(COLUMNS, [])).toBe('\uFEFF姓名,初始密码\r\n');
});

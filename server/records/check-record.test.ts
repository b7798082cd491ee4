/**
 * X1: every field × every rule of the specification's table (record-fields.tsv, as it was given), made from that table: a
 * field without its tests fails.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkRecord } from './check-record.ts';
import { FIELD_NAMES, FIELDS, type FieldName } from './fields.ts';
import { issueOf } from './issues.ts';
import { CASES, right } from './test-field-cases.ts';

const [, ...lines] = readFileSync(new URL('./record-fields.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const TABLE = lines.map((line) => {
  const [field = '', label = '', type = '', length = '', required = ''] = line.split('\t');
  return { field: field as FieldName, label, type, length, required: required === 'yes' };
});

const now = { today: '2026-11-23', tomorrow: '2026-11-24 12:00:00' };
const check = (over: object) => checkRecord({ ...right, ...over }, now);
const told = (over: object) => check(over).errors.map((key) => `${issueOf(key).field} ${issueOf(key).code}`);

/** What is taken beyond the table's length, by a row of "Where the text is silent". */
const LONGER: Partial<Record<FieldName, number>> = {
  id: 36,
  name: 50,
  birthday: 10,
  cd_time: 19,
  cd_batch: 21,
};
it('has the fields of the table, in its order, with its labels and lengths', () => {
  expect(FIELD_NAMES).toEqual(TABLE.map((row) => row.field));
  expect(FIELDS.map((field) => field.length)).toEqual(TABLE.map((row) => row.length));
  for (const [at, { label }] of FIELDS.entries())
    expect(TABLE[at]?.label).toContain(label.replace('应用备案号', '备案号'));
});

it('finds nothing wrong with a right record', () => {
  expect(check({})).toMatchObject({ errors: [], warnings: [] });
});

describe.each(TABLE)('$field', ({ field, length, required }) => {
  const { wrong, right: rights } = CASES[field];
  const most = LONGER[field] ?? Number(/\d+/.exec(length)?.[0]);

  it.each([
    ['absent', undefined],
    ['null', null],
    ['empty', ''],
  ])(required ? 'is required: %s' : 'may be %s', (_, value) => {
    expect(told({ [field]: value }).includes(`${field} REQUIRED`)).toBe(required);
  });

  it('is too long by one', () => {
    expect(told({ [field]: '1'.repeat(most + 1) })).toContain(`${field} TOO_LONG`);
    expect(told({ [field]: '1'.repeat(most) })).not.toContain(`${field} TOO_LONG`);
  });

  it.each(wrong)('refuses %j as %s', (value, code) => {
    expect(told({ [field]: value })).toContain(`${field} ${code}`);
  });

  it.each(rights)('keeps %j as %j', (value, kept) => {
    const { values, errors } = check({ [field]: value });
    expect(values[field]).toBe(kept);
    expect(errors.filter((key) => key.startsWith(`${field}:`) && !key.startsWith('sex:idcode'))).toEqual([]);
  });

  it.each([[[]], [{}], [true], [{ toString: 'x' }]])('refuses %j, which is no text', (value) => {
    expect(told({ [field]: value })).toContain(`${field} FORMAT`);
  });

  it('tells field and rule in Chinese, and never the value', () => {
    const secret = 'ZZ秘密99887766554433221100';
    for (const key of check({ [field]: secret }).errors) {
      const { message } = issueOf(key);
      expect(message).toMatch(/[\u4e00-\u9fff]/);
      expect(message).not.toContain('秘密');
    }
  });
});

it.each([[null], [1], ['text'], [[]], [undefined]])('refuses %j, which is no record', (raw) => {
  expect(checkRecord(raw, now).errors).toEqual([':object']);
});

it('refuses a field that the table lacks', () => {
  expect(told({ idCode: '1' })).toEqual([' FORMAT']);
});

it('looks at nothing that the record inherits or that was put into a prototype', () => {
  const hostile = JSON.parse('{"__proto__":{"name":"x"},"constructor":{"prototype":{"name":"x"}}}');
  expect(checkRecord(hostile, now).errors).toContain('name:required');
  expect(({} as Record<string, unknown>).name).toBeUndefined();
});

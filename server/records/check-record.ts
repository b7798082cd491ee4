import { shanghaiDay, shanghaiTime } from '../time.ts';
import { FIELD_NAMES, FIELDS, type FieldName, type RecordValues } from './fields.ts';
import { type Now, RULES } from './rules.ts';

export interface CheckedRecord {
  /** Texts as they are kept. Of a record with errors: what could be read. */
  values: RecordValues;
  /** Keys of issues.ts. */
  errors: string[];
  warnings: string[];
}

/** Space at an end, control and non-characters, halves of surrogate pairs. */
const NO_TEXT = /^\s|\s$|[\p{Cc}\u2028\u2029\ufffe\uffff]|\p{Surrogate}/u;
const PLAIN = /^[!-~]+$/;
const known = new Set<string>(FIELD_NAMES);
const NO_VALUES = Object.fromEntries(FIELD_NAMES.map((name) => [name, null])) as RecordValues;
const DAY = 24 * 60 * 60 * 1000;

export function presentTime(at = new Date()): Now {
  return { today: shanghaiDay(at), tomorrow: shanghaiTime(new Date(at.getTime() + DAY)) };
}

/**
 * Checks a record by itself, field by field (X1), then by the rules between its fields.
 * @param raw whatever a city sent as one record
 */
export function checkRecord(raw: unknown, now: Now): CheckedRecord {
  const values = { ...NO_VALUES };
  const errors: string[] = [];
  const warnings: string[] = [];
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return { values, errors: [':object'], warnings };
  const given = raw as Record<string, unknown>;
  const faulty = new Set<FieldName>();

  for (const field of FIELDS) {
    const fault = readField(field, given[field.name], values);
    if (!fault) continue;
    errors.push(`${field.name}:${fault}`);
    faulty.add(field.name);
  }
  for (const name in given) {
    if (known.has(name)) continue;
    errors.push(':fields');
    break;
  }
  if (values.nationality === null && values.id_card_type_code === '01' && !faulty.has('nationality')) {
    values.nationality = 'CHN';
  }
  for (const rule of RULES) {
    if (faulty.size > 0 && [rule.field, ...rule.uses].some((name) => faulty.has(name))) continue;
    if (!rule.broken(values, now)) continue;
    (rule.warning ? warnings : errors).push(`${rule.field}:${rule.key}`);
    if (!rule.warning) faulty.add(rule.field);
  }
  return { values, errors, warnings };
}

/** @returns what is wrong, the second part of an issue's key; else null, and `values` holds the field */
function readField(field: (typeof FIELDS)[number], value: unknown, values: RecordValues): string | null {
  if (value === undefined || value === null || value === '') return field.required ? 'required' : null;
  const text = field.name === 'recognize_flag' && Number.isInteger(value) ? String(value) : value;
  if (typeof text !== 'string') return 'text';
  if (text.length > field.max && codePoints(text) > field.max) return 'length';
  if (!PLAIN.test(text) && NO_TEXT.test(text)) return 'text';
  const kept = field.form.read(text);
  if (kept === null) return 'form';
  values[field.name] = kept;
  return null;
}

/** Counts no further than it must. */
function codePoints(text: string): number {
  return text.length > 1000 ? text.length : [...text].length;
}

/** Fictional records for tests of an integration: valid by every rule, or with one chosen error. Nobody is meant. */
import { createHash } from 'node:crypto';
import { FIELD_NAMES } from '../../records/fields.ts';
import { checkCharacter } from '../../records/identity-number.ts';

export interface SampleOptions {
  /** The city's four digits: 4401 or 4403, the demo's. */
  city: keyof typeof CITIES;
  /** Same seed, same records. */
  seed: string;
  /** Spoil it. */
  error?: boolean;
  /** `yyyy-MM-dd HH:mm:ss`, the record's `cd_time`. */
  cdTime: string;
}

export const CITIES = {
  '4401': { name: '广州市', counties: ['440103', '440106', '440111'], app: 'GZ' },
  '4403': { name: '深圳市', counties: ['440303', '440305', '440306'], app: 'SZ' },
} as const;

const SURNAMES = '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜';
const GIVEN = '子涵雨桐浩然欣怡明静国强秀英志远小芳建华思源佳文博嘉宁';
const NATIONS = ['01', '01', '01', '01', '08', '05', '11'];

type Sample = Record<string, string>;
const ERRORS: ((record: Sample) => void)[] = [
  (r) => set(r, 'idcode', `${r.idcode?.slice(0, 17)}${r.idcode?.endsWith('0') ? '1' : '0'}`),
  (r) => set(r, 'name', ''),
  (r) => set(r, 'phone', '1234567890'),
  (r) => set(r, 'idcode', '440106900307990'),
  (r) => set(r, 'birthday', '2001-02-30'),
  (r) => set(r, 'sex', '5'),
  (r) => set(r, 'nation', '00'),
  (r) => set(r, 'app_record_no', `${r.app_record_no?.slice(0, 2)}-NET-9999`),
  (r) => set(r, 'address', '长'.repeat(201)),
  (r) => set(r, 'county_code', '440107001'),
  (r) => set(r, 'authentication_method', ''),
  (r) => set(r, 'cd_operation', 'x'),
];

/** The n-th record (from 0) of a seed, in the specification's names and order. */
export function sampleRecord(n: number, { city, seed, error = false, cdTime }: SampleOptions): Sample {
  const bytes = createHash('sha512').update(`${seed} ${city} ${n}`).digest();
  const at = (offset: number) => bytes.readUInt16BE(offset);
  const pick = <T>(list: ArrayLike<T>, offset: number) => list[at(offset) % list.length] as T;
  const { name: cityName, counties, app } = CITIES[city];
  const child = at(0) % 12 === 0;
  const thisYear = Number(cdTime.slice(0, 4));
  const year = child ? thisYear - 2 - (at(2) % 10) : thisYear - 20 - (at(2) % 65);
  const birthday = `${year}-${two(1 + (at(4) % 12))}-${two(1 + (at(6) % 28))}`;
  const sex = at(8) % 2 === 0 ? '2' : '1';
  const county = pick(counties, 10);
  // Sequence codes that begin with 99 are given to nobody; the last digit tells the sex.
  const first17 = `${county}${birthday.replaceAll('-', '')}99${(at(12) % 5) * 2 + (sex === '1' ? 1 : 0)}`;
  const name = pick(SURNAMES, 14) + pick(GIVEN, 16) + (at(18) % 3 === 0 ? '' : pick(GIVEN, 20));
  const address = `${cityName}示例路${1 + (at(22) % 2000)}号`;
  const phone = `1380000${String(at(24) % 10_000).padStart(4, '0')}`;
  const hex = bytes.toString('hex');
  const record: Sample = Object.fromEntries(FIELD_NAMES.map((field) => [field, '']));
  Object.assign(record, {
    id: hex.slice(0, 32),
    erhc_card_no: hex.slice(32, 96).toUpperCase(),
    empi: createHash('sha256').update(hex).digest('hex').toUpperCase(),
    name,
    sex,
    nation: pick(NATIONS, 26),
    nationality: 'CHN',
    birthday,
    address,
    id_card_type_code: '01',
    idcode: first17 + checkCharacter(first17),
    phone,
    linkman: child ? `${pick(SURNAMES, 28)}监护` : '',
    telephone: child ? phone : '',
    county_code: `${county}001`,
    current_address: address,
    authentication_method: pick(['1', '2', '2^3', '1^4'], 30),
    app_record_no: `${app}-NET-0001`,
    app_record_no_recognize: `${app}-APP-0001`,
    recognize_flag: '1',
    cd_time: cdTime,
    cd_source: city,
    cd_batch: `${city}${cdTime.replace(/\D/g, '').slice(2)}001`,
    cd_operation: 'i',
  });
  if (error) ERRORS[at(36) % ERRORS.length]?.(record);
  else if (at(32) % 40 === 0) Object.assign(record, documentOf(at(34)));
  return record;
}

/** A passport, or a permit of Hong Kong, Macao or Taiwan. */
function documentOf(n: number): Sample {
  const digits = String(10_000_000 + n);
  switch (n % 3) {
    case 0:
      return { id_card_type_code: '03', idcode: `E${digits}`, nationality: 'USA', nation: '' };
    case 1:
      return { id_card_type_code: '06', idcode: `H${digits}` };
    default:
      return { id_card_type_code: '07', idcode: digits };
  }
}

const two = (n: number) => String(n).padStart(2, '0');
function set(record: Sample, field: string, value: string) {
  record[field] = value;
}

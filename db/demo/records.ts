/**
 * Two hundred fictional residents. Their citizen identity numbers have right check characters, but their sequence codes
 * begin with 99, and their phones stand in 1380000xxxx: nobody is meant.
 */
import { createHash } from 'node:crypto';
import { checkCharacter } from '../../server/records/identity-number.ts';
import { shanghaiDay } from '../../server/time.ts';
import type { tables } from '../index.ts';
import { cardNoOf } from './fixed-residents.ts';

/** A record without what the database gives: its facet and its indexes. */
type Row = Omit<typeof tables.records.$inferSelect, 'seq' | 'facetId' | 'idcodeIndex' | 'phoneIndex'>;

const APPS = {
  '4401': { appRecordNo: 'GZ-NET-0001', appRecordNoRecognize: 'GZ-APP-0001' },
  '4403': { appRecordNo: 'SZ-NET-0001', appRecordNoRecognize: 'SZ-APP-0001' },
} as const;
const COUNTIES = { '4401': ['440103', '440106', '440111'], '4403': ['440303', '440305', '440306'] } as const;
const SURNAMES = '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜';
const GIVEN = [
  '子涵',
  '雨桐',
  '浩然',
  '欣怡',
  '明',
  '静',
  '国强',
  '秀英',
  '志远',
  '小芳',
  '建华',
  '思源',
  '佳',
  '文博',
];
const STREETS = ['示例路', '样板街', '演示大道', '虚构巷'];

const hex32 = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
const pick = <T>(list: ArrayLike<T>, n: number) => list[n % list.length] as T;

interface Person {
  key: string;
  n: number;
  city: keyof typeof APPS;
  name: string;
  sex: '1' | '2';
  birthday: string;
}

/** A record of an authenticated holder of a citizen identity card; `over` makes it an odd case. */
function makeRecord({ key, n, city, name, sex, birthday }: Person, over: Partial<Row> = {}): Row {
  const county = pick(COUNTIES[city], n);
  const sequence = 990 + (n % 5) * 2 - (sex === '1' ? -1 : 0);
  const first17 = `${county}${birthday.replaceAll('-', '')}${sequence}`;
  const address = `${city === '4401' ? '广州市' : '深圳市'}${pick(STREETS, n)}${n + 1}号`;
  const second = String(n % 60).padStart(2, '0');
  const minute = String(Math.floor(n / 60)).padStart(2, '0');
  return {
    id: hex32(`record ${key}`),
    erhcCardNo: cardNoOf(key),
    empi: createHash('sha256').update(`empi ${key}`).digest('hex').toUpperCase(),
    name,
    sex,
    nation: '01',
    nationality: 'CHN',
    birthday,
    address,
    idCardTypeCode: '01',
    idcode: first17 + checkCharacter(first17),
    phone: `1380000${String(1000 + n).padStart(4, '0')}`,
    linkman: null,
    telephone: null,
    birthplace: null,
    countyCode: `${county}001`,
    currentAddress: address,
    authenticationMethod: pick(['1', '2', '2^3', '1^4'], n),
    ...APPS[city],
    recognizeFlag: 1,
    cdTime: `2026-06-01 09:${minute}:${second}`,
    cdSource: city,
    cdBatch: `${city}2606010930${second}001`,
    cdOperation: 'i',
    warnings: null,
    ...over,
  };
}

/** The fixed residents of {@link FIXED_RESIDENTS}, and the odd row each is there for. */
function fixedRecords(now: Date): Row[] {
  const person = (key: string, n: number, name: string, sex: '1' | '2', birthday: string): Person => ({
    key,
    n,
    city: '4401',
    name,
    sex,
    birthday,
  });
  const two = person('demo:two-records', 3, '何双记', '1', '1979-04-18');
  const agedThree = new Date(now);
  agedThree.setMonth(agedThree.getMonth() - 42);
  return [
    makeRecord(person('demo:authenticated', 0, '陈示例', '2', '1990-03-07')),
    makeRecord(person('demo:unauthenticated', 1, '林未证', '1', '1985-11-23'), {
      recognizeFlag: 0,
      authenticationMethod: null,
    }),
    makeRecord(person('demo:withdrawn', 2, '黄撤销', '2', '1968-07-30'), { cdOperation: 'd' }),
    makeRecord(two),
    makeRecord(two, {
      id: hex32('record demo:two-records newer'),
      recognizeFlag: 0,
      authenticationMethod: null,
      cdTime: '2026-06-02 10:00:00',
    }),
    makeRecord(person('demo:long-name', 4, '阿卜杜热依木江·买买提明江·吐尔逊', '1', '1955-01-09'), { nation: '05' }),
    makeRecord(person('demo:rare-name', 5, '刘䶮𬭎', '1', '1993-09-12')),
    makeRecord(person('demo:child', 6, '周小满', '2', shanghaiDay(agedThree)), {
      linkman: '周建国',
      telephone: '13800001006',
    }),
    makeRecord(person('demo:foreigner', 7, 'MARTIN ALEXANDER EDEN', '1', '1988-05-20'), {
      nation: null,
      nationality: 'USA',
      idCardTypeCode: '03',
      idcode: 'E12345678',
    }),
  ];
}

/** Rows of two hundred residents: the fixed ones, and others of both outcomes in two cities. Same every time, on a day. */
export function demoRecords(now = new Date()): Row[] {
  const fixed = fixedRecords(now);
  const others = Array.from({ length: 192 }, (_, at) => {
    const n = at + 8;
    const year = 1940 + ((n * 37) % 80);
    const month = String(1 + ((n * 7) % 12)).padStart(2, '0');
    const day = String(1 + ((n * 11) % 28)).padStart(2, '0');
    const record = makeRecord({
      key: `demo:resident-${n}`,
      n,
      city: n % 3 === 0 ? '4403' : '4401',
      name: pick(SURNAMES, n * 7) + pick(GIVEN, n * 5),
      sex: n % 2 ? '1' : '2',
      birthday: `${year}-${month}-${day}`,
    });
    if (n % 9 === 0) return { ...record, recognizeFlag: 0, authenticationMethod: null };
    if (n % 41 === 0) return { ...record, cdOperation: 'd' as const };
    return record;
  });
  return [...fixed, ...others];
}

/** What the tests of the fields try: a right record, and of each field what is wrong and what is right. */
import { fictionalRecord } from '../exchange/test-exchange.ts';
import type { FieldName } from './fields.ts';

export const right: Record<string, unknown> = { ...fictionalRecord(1), cd_batch: '4401260601090000001' };
const idcode = String(right.idcode);
const wrongCheck = idcode.slice(0, 17) + (idcode.endsWith('1') ? '2' : '1');

/** Of each field: texts that its rule refuses, with the code, and texts that are right, with what is kept. */
export const CASES: Record<FieldName, { wrong: [unknown, string][]; right: [unknown, string | null][] }> = {
  id: {
    wrong: [
      ['g'.repeat(32), 'FORMAT'],
      ['a'.repeat(31), 'FORMAT'],
      ['a'.repeat(33), 'FORMAT'],
    ],
    right: [
      ['A'.repeat(32), 'a'.repeat(32)],
      ['01234567-89AB-cdef-0123-456789abcdef', '0123456789abcdef0123456789abcdef'],
    ],
  },
  erhc_card_no: {
    wrong: [
      ['健康码', 'FORMAT'],
      ['AB:1', 'FORMAT'],
    ],
    right: [
      ['ab_-9', 'AB_-9'],
      ['A'.repeat(128), 'A'.repeat(128)],
    ],
  },
  empi: { wrong: [['a b', 'FORMAT']], right: [['ef01', 'EF01']] },
  name: {
    wrong: [
      ['陈\u0000例', 'FORMAT'],
      [' 陈示例', 'FORMAT'],
      ['陈\uD800', 'FORMAT'],
    ],
    right: [['刘䶮𬭎', '刘䶮𬭎']],
  },
  sex: {
    wrong: [
      ['3', 'DICTIONARY'],
      ['女', 'DICTIONARY'],
      ['00', 'MISMATCH'],
    ],
    right: [
      ['2', '2'],
      ['02', '2'],
    ],
  },
  nation: {
    wrong: [
      ['00', 'DICTIONARY'],
      ['57', 'DICTIONARY'],
      ['1', 'DICTIONARY'],
    ],
    right: [
      ['56', '56'],
      ['97', '97'],
    ],
  },
  nationality: {
    wrong: [
      ['ZZZ', 'DICTIONARY'],
      ['000', 'DICTIONARY'],
      ['CN', 'DICTIONARY'],
    ],
    right: [
      ['156', 'CHN'],
      ['usa', 'USA'],
      ['', 'CHN'],
    ],
  },
  birthday: {
    wrong: [
      ['1990-02-30', 'FORMAT'],
      ['1990/03/07', 'FORMAT'],
      ['2026-11-24', 'FORMAT'],
      ['1990-03-08', 'MISMATCH'],
    ],
    right: [
      ['19900307', '1990-03-07'],
      ['1990-03-07', '1990-03-07'],
    ],
  },
  address: {
    wrong: [['广州\n市', 'FORMAT']],
    right: [
      ['广州市天河区', '广州市天河区'],
      ['', null],
    ],
  },
  id_card_type_code: {
    wrong: [
      ['08', 'DICTIONARY'],
      ['1', 'DICTIONARY'],
    ],
    right: [
      ['01', '01'],
      ['99', '99'],
    ],
  },
  idcode: {
    wrong: [
      ['440106900307990', 'FORMAT'],
      ['44010619900307990', 'FORMAT'],
      ['440106199013079900', 'FORMAT'],
      ['440106203001019900', 'FORMAT'],
      ['999x', 'FORMAT'],
      ['000000199003079900', 'DICTIONARY'],
      [wrongCheck, 'CHECKSUM'],
    ],
    right: [[idcode, idcode]],
  },
  phone: {
    wrong: [
      ['1380000000', 'FORMAT'],
      ['23800000000', 'FORMAT'],
      ['1380000000a', 'FORMAT'],
    ],
    right: [['19900000000', '19900000000']],
  },
  linkman: {
    wrong: [['陈 ', 'FORMAT']],
    right: [
      ['陈联系', '陈联系'],
      [null, null],
    ],
  },
  telephone: {
    wrong: [['020\t1', 'FORMAT']],
    right: [
      ['020-00000000', '020-00000000'],
      [undefined, null],
    ],
  },
  birthplace: {
    wrong: [['\u0085x', 'FORMAT']],
    right: [
      ['广州', '广州'],
      ['', null],
    ],
  },
  county_code: {
    wrong: [
      ['440107', 'DICTIONARY'],
      ['4401060', 'DICTIONARY'],
      ['990000', 'DICTIONARY'],
      ['天河', 'DICTIONARY'],
    ],
    right: [
      ['440106', '440106000'],
      ['440106001', '440106001'],
      ['440106001002', '440106001'],
      ['', null],
    ],
  },
  current_address: {
    wrong: [['a\u2028b', 'FORMAT']],
    right: [
      ['天河', '天河'],
      ['', null],
    ],
  },
  authentication_method: {
    wrong: [
      ['5', 'FORMAT'],
      ['1,2', 'FORMAT'],
      ['^1', 'FORMAT'],
      ['12', 'FORMAT'],
    ],
    right: [
      ['3^2^3', '2^3'],
      ['4', '4'],
    ],
  },
  app_record_no: { wrong: [['GZ\u0007', 'FORMAT']], right: [['GZ-NET-0001', 'GZ-NET-0001']] },
  app_record_no_recognize: { wrong: [['GZ ', 'FORMAT']], right: [['GZ-APP-0001', 'GZ-APP-0001']] },
  recognize_flag: {
    wrong: [
      ['2', 'FORMAT'],
      [2, 'FORMAT'],
      [true, 'FORMAT'],
    ],
    right: [
      [1, '1'],
      ['0', '0'],
    ],
  },
  cd_time: {
    wrong: [
      ['2026-06-01', 'FORMAT'],
      ['2026-06-01T09:00:00', 'FORMAT'],
      ['2026-06-01 24:00:00', 'FORMAT'],
      ['2026-11-25 00:00:00', 'FORMAT'],
    ],
    right: [
      ['20260601090000', '2026-06-01 09:00:00'],
      ['2026-06-01 23:59:59', '2026-06-01 23:59:59'],
    ],
  },
  cd_source: {
    wrong: [
      ['440', 'FORMAT'],
      ['44010', 'FORMAT'],
      ['广州', 'FORMAT'],
    ],
    right: [['4401', '4401']],
  },
  cd_batch: {
    wrong: [
      ['4401260601', 'FORMAT'],
      ['4403260601090000001', 'MISMATCH'],
      ['44012606010900000a1', 'FORMAT'],
    ],
    right: [
      ['4401260601090000001', '4401260601090000001'],
      ['440120260601090000001', '440120260601090000001'],
    ],
  },
  cd_operation: {
    wrong: [
      ['x', 'FORMAT'],
      ['I', 'FORMAT'],
    ],
    right: [
      ['i', 'i'],
      ['u', 'u'],
      ['d', 'd'],
    ],
  },
};

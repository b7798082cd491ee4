import type { FieldName } from '../records/fields.ts';
import type { CityConfig } from './config.ts';

/** A resident, as far as the record tells. */
export interface RecordPerson {
  name: string;
  idCardTypeCode: string;
  idcode: string;
  sex: string;
  nation: string | null;
  nationality: string | null;
  birthday: string;
  phone: string;
  linkman: string | null;
  methods: string;
  recordId: string;
  erhcCardNo: string;
  empi: string;
}

/** Of a row on the wire, what the outbox adds itself. */
type OnItsWay = 'cd_time' | 'cd_operation' | 'cd_batch';
export type RecordFields = Record<Exclude<FieldName, OnItsWay>, string | null>;

/** The fields of 5.2.2 that an authentication here gives; addresses are not asked for. */
export function toRecord(config: CityConfig, person: RecordPerson): RecordFields {
  return {
    id: person.recordId,
    erhc_card_no: person.erhcCardNo,
    empi: person.empi,
    name: person.name,
    sex: person.sex,
    nation: person.nation,
    nationality: person.nationality,
    birthday: person.birthday,
    address: null,
    id_card_type_code: person.idCardTypeCode,
    idcode: person.idcode,
    phone: person.phone,
    linkman: person.linkman,
    telephone: person.linkman === null ? null : person.phone,
    birthplace: null,
    county_code: null,
    current_address: null,
    authentication_method: person.methods,
    app_record_no: config.appRecordNo,
    app_record_no_recognize: config.appRecordNoRecognize,
    recognize_flag: '1',
    cd_source: config.cityCode,
  };
}

import {
  authenticationMethodNames,
  divisionName,
  idCardTypeName,
  nationalityName,
  nationName,
  sexName,
} from '../dictionaries/dictionaries.ts';
import type { AuthenticationRecord } from './find-by-card.ts';
import { maskAddress, maskIdcode, maskName, maskPhone } from './mask.ts';

/** The 25 fields of a record in the specification's names and order, codes with their names. */
export function describeFields(record: AuthenticationRecord, { masked }: { masked: boolean }) {
  const hide = (text: string, mask: (text: string) => string) => (masked ? mask(text) : text);
  const told = (text: string | null, how: (text: string) => string) => (text ? how(text) : null);
  const hidden = (text: string | null, mask: (text: string) => string) => told(text, (given) => hide(given, mask));
  return {
    id: record.id,
    erhc_card_no: record.erhcCardNo,
    empi: record.empi,
    name: hide(record.name, maskName),
    sex: sexName(record.sex),
    nation: told(record.nation, nationName),
    nationality: told(record.nationality, nationalityName),
    birthday: record.birthday,
    address: hidden(record.address, maskAddress),
    id_card_type_code: idCardTypeName(record.idCardTypeCode),
    idcode: hide(record.idcode, maskIdcode),
    phone: hide(record.phone, maskPhone),
    linkman: hidden(record.linkman, maskName),
    telephone: hidden(record.telephone, maskPhone),
    birthplace: hidden(record.birthplace, maskAddress),
    county_code: record.countyCode && `${divisionName(record.countyCode)}(${record.countyCode})`,
    current_address: hidden(record.currentAddress, maskAddress),
    authentication_method: told(record.authenticationMethod, authenticationMethodNames),
    app_record_no: record.appRecordNo,
    app_record_no_recognize: record.appRecordNoRecognize,
    recognize_flag: record.recognizeFlag,
    cd_time: record.cdTime,
    cd_source: record.cdSource,
    cd_batch: record.cdBatch,
    cd_operation: record.cdOperation,
  };
}

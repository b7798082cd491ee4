import { toAlpha3 } from '../dictionaries/dictionaries.ts';
import { DomainError } from '../errors.ts';
import { checkRecord, presentTime } from '../records/check-record.ts';
import { birthdayOf, findIdentityNumberFault, sexOf } from '../records/identity-number.ts';
import { issueOf } from '../records/issues.ts';
import type { CityConfig } from './config.ts';
import { type RecordPerson, toRecord } from './record.ts';
import type { AuthenticateInput } from './schema.ts';

/** The input's names of the record's fields. */
const INPUTS: Record<string, string> = { id_card_type_code: 'idCardTypeCode' };
/** Any; takes part in no rule of another field. */
const PLACEHOLDER = { nation: '01', phone: '13800000000' };
/** What is made from the person, in its form. */
const MADE = { erhcCardNo: '0'.repeat(64), empi: '0'.repeat(64), recordId: '0'.repeat(32) };

/** A person in the forms of the record; the nation may still be unknown. */
export type Person = Omit<RecordPerson, 'linkman' | 'methods' | keyof typeof MADE>;

/**
 * What a resident typed, judged by the rules of the record itself, before anybody is asked about it.
 * @param phone the one that counts: a child's is the guardian's
 * @throws DomainError BAD_INPUT with the first field that is wrong
 */
export function readPerson(config: CityConfig, input: AuthenticateInput, phone: string | null): Person {
  const citizen = input.idCardTypeCode === '01';
  const fault = citizen ? findIdentityNumberFault(input.idcode, presentTime().today) : null;
  if (fault) throw refusal(`idcode:${fault}`);
  // A foreigner's permanent residence card has a number of the same form, which begins with 9.
  const chinese = citizen && !input.idcode.startsWith('9');
  const nationality = chinese ? 'CHN' : (input.nationality ?? '');
  if (!nationality) throw new DomainError('BAD_INPUT', '请选择国籍', 'nationality');
  const foreign = toAlpha3(nationality.toUpperCase()) !== 'CHN';
  const person = {
    name: input.name.replace(/\s+/g, ' '),
    idCardTypeCode: input.idCardTypeCode,
    idcode: input.idcode,
    sex: citizen ? sexOf(input.idcode) : (input.sex ?? ''),
    birthday: citizen ? birthdayOf(input.idcode) : (input.birthday ?? ''),
    nationality,
    nation: foreign ? null : (input.nation ?? null),
    phone: phone ?? '',
  };
  const nation = person.nation ?? (foreign ? null : PLACEHOLDER.nation);
  const checked = checkRecord(
    {
      ...toRecord(config, { ...person, nation, linkman: null, methods: '1', ...MADE }),
      phone: phone ?? PLACEHOLDER.phone,
      // What stands on every row as it goes.
      cd_operation: 'i',
      cd_time: `${presentTime().today} 00:00:00`,
      cd_batch: `${config.cityCode}${'0'.repeat(15)}`,
    },
    presentTime(),
  );
  const [error] = checked.errors;
  if (error) throw refusal(error);
  const { values } = checked;
  return {
    ...person,
    // As the record keeps them.
    sex: values.sex ?? '',
    birthday: values.birthday ?? '',
    nationality: values.nationality,
  };
}

/** The record's words without its field's name: residents know no specification. */
function refusal(key: string): DomainError {
  const { field, message } = issueOf(key);
  return new DomainError('BAD_INPUT', message.replace(/\([a-z_]+\)/g, ''), INPUTS[field] ?? field);
}

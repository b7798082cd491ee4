import type { Db } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { authenticationMethodNames, idCardTypeName, nationalityName, sexName } from '../dictionaries/dictionaries.ts';
import { DomainError } from '../errors.ts';
import type { Sealer } from '../exchange/seal.ts';
import { parseHealthCode } from '../health-code/parse.ts';
import { findLinkman, type ShownRecord } from '../records/find-by-card.ts';
import { maskIdcode, maskPhone } from '../records/mask.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { ageInWords, shanghaiDay, yearsBetween } from '../time.ts';
import { readScan } from './read-scan.ts';

/** From this age on nobody is expected to come along. */
const ADULT_YEARS = 16;

/** What the nurse compares with the person. */
export interface ResidentDetails {
  name: string;
  sex: string;
  age: string;
  birthday: string;
  idCardType: string;
  /** Masked; `scan.reveal` shows it in full. */
  idcode: string;
  phone: string;
  /** Only where it is not China. */
  nationality: string | null;
  /** Only of residents under {@link ADULT_YEARS}: who is expected to come with them. */
  guardian: string | null;
  authenticationMethods: string | null;
  authenticatedAt: string;
}

export type LookupResult =
  | {
      outcome: 'authenticated';
      resident: ResidentDetails;
      /** Today's voucher of this site, if one was printed already. */
      printed: { voucherNo: string; printCount: number } | null;
    }
  /** `known` false: the province holds no record of this code at all. */
  | { outcome: 'unauthenticated'; known: boolean };

/**
 * The main job's first half (M1 to M3): text of a QR in, the resident's details or "not authenticated" out.
 * Its audit row is committed before the answer leaves.
 * @throws DomainError FORBIDDEN (nurse only), NOT_HEALTH_CODE; STATIC_CODE_REFUSED, CODE_FORGED, CODE_EXPIRED, ISSUER_UNKNOWN
 *   (nothing is told of the resident then)
 */
export async function lookup(db: Db, sealer: Sealer, actor: Actor, input: { code: string }): Promise<LookupResult> {
  const nurse = authorise(actor, 'nurse');
  const code = parseHealthCode(input.code);
  if (!code) throw new DomainError('NOT_HEALTH_CODE', '不是电子健康码', 'code');
  const day = shanghaiDay(new Date());
  const { scan, guardian } = await db.readThenWrite(
    async (queries) => {
      const scan = await readScan(queries, sealer, code, { siteCode: nurse.siteCode, day });
      const isChild = scan.record !== null && yearsBetween(scan.record.birthday, day) < ADULT_YEARS;
      return { scan, guardian: isChild ? await findLinkman(queries, scan.record.id) : null };
    },
    async (tx, seen) => {
      const { refusal, record } = seen.scan;
      const outcome = record ? 'authenticated' : (refusal?.code ?? (seen.scan.known ? 'unauthenticated' : 'unknown'));
      await recordEvent(tx, nurse, { action: 'scan.lookup', outcome, subject: code.cardNo });
      return seen;
    },
  );
  // Not thrown inside the transaction: its audit row stays.
  if (scan.refusal) throw scan.refusal;
  if (!scan.record) return { outcome: 'unauthenticated', known: scan.known };
  return { outcome: 'authenticated', resident: toDetails(scan.record, guardian, day), printed: scan.live };
}

function toDetails(record: ShownRecord, guardian: string | null, day: string): ResidentDetails {
  const foreign = record.nationality !== null && record.nationality !== 'CHN';
  return {
    name: record.name,
    sex: sexName(record.sex),
    age: ageInWords(record.birthday, day),
    birthday: record.birthday,
    idCardType: idCardTypeName(record.idCardTypeCode),
    idcode: maskIdcode(record.idcode),
    phone: maskPhone(record.phone),
    nationality: foreign ? nationalityName(record.nationality ?? '') : null,
    guardian,
    authenticationMethods: record.authenticationMethod && authenticationMethodNames(record.authenticationMethod),
    authenticatedAt: record.cdTime,
  };
}

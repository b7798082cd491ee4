import { getTableColumns, sql } from 'drizzle-orm';
import {
  type Db,
  given,
  prepared,
  type Transaction,
  tables,
  type Value,
  type VoucherSnapshot,
} from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { idCardTypeName, sexName } from '../dictionaries/dictionaries.ts';
import { DomainError } from '../errors.ts';
import type { Sealer } from '../exchange/seal.ts';
import { parseHealthCode } from '../health-code/parse.ts';
import type { ShownRecord } from '../records/find-by-card.ts';
import { maskIdcode } from '../records/mask.ts';
import { readScan, type ScanningSite } from '../scan/read-scan.ts';
import { SCANNED_BEFORE } from '../sites/code-refusal.ts';
import { type Actor, type Authorised, authorise } from '../staff/actor.ts';
import { ageInWords, shanghaiDay } from '../time.ts';
import { getVoucher, notAuthenticated, toVoucher, type VoucherRow } from './find.ts';
import { countPrint } from './reprint.ts';
import type { Voucher } from './schema.ts';

const { vouchers, voucherSerials } = tables;

/**
 * Vouchers of writes that are committed together, which are inserted by one statement at the end: PostgreSQL's one writer is held up by each. Until then
 * no question finds them. Where one resident is among them twice, the index of live vouchers refuses all, each write is done once more by itself, and
 * the second finds what the first issued.
 */
const ISSUED = Symbol('vouchers issued');

/**
 * Issues the voucher of the resident whose code was scanned, or returns today's live one of this site as a reprint.
 * Looks the resident up again, so nothing is printed that was not just seen authenticated (M2, M3).
 * @param input.code text of the health code
 * @throws DomainError FORBIDDEN (nurse only), NOT_HEALTH_CODE, STATIC_CODE_REFUSED, CODE_FORGED, CODE_EXPIRED, ISSUER_UNKNOWN,
 *   RESIDENT_NOT_AUTHENTICATED, SERIALS_EXHAUSTED
 */
export async function issueVoucher(db: Db, sealer: Sealer, actor: Actor, input: { code: string }): Promise<Voucher> {
  const nurse = authorise(actor, 'nurse');
  const code = parseHealthCode(input.code);
  if (!code) throw new DomainError('NOT_HEALTH_CODE', '不是电子健康码', 'code');
  const outcome = await db.write(async (tx) => {
    const day = shanghaiDay(new Date());
    const at = { siteCode: nurse.siteCode, day, tolerance: SCANNED_BEFORE };
    const scan = await readScan(tx, sealer, code, at);
    if (!scan.record) {
      const refusal = scan.refusal ?? notAuthenticated();
      await recordEvent(tx, nurse, { action: 'voucher.issue', outcome: refusal.code, subject: code.cardNo });
      return refusal;
    }
    const { site, record, live } = scan;
    if (live) return toVoucher(await countPrint(tx, nurse, await getVoucher(tx, site.code, live.voucherNo)), site);
    return toVoucher(await insertVoucher(tx, nurse, site, day, record), site);
  });
  // A refusal is returned, not thrown, inside the transaction: its audit row stays.
  if (outcome instanceof DomainError) throw outcome;
  return outcome;
}

async function insertVoucher(
  tx: Transaction,
  nurse: Authorised<'nurse'>,
  site: ScanningSite,
  day: string,
  record: ShownRecord,
): Promise<VoucherRow> {
  const serial = await nextSerial(tx, site.code, day);
  const snapshot: VoucherSnapshot = {
    name: record.name,
    sex: sexName(record.sex),
    age: ageInWords(record.birthday, day),
    idCardType: idCardTypeName(record.idCardTypeCode),
    idcode: maskIdcode(record.idcode),
    siteName: site.name,
    issuedByName: nurse.name,
    nextStation: site.nextStation,
  };
  const row = {
    voucherNo: `${site.code}${day.replaceAll('-', '')}${String(serial).padStart(4, '0')}`,
    siteCode: site.code,
    day,
    serial,
    erhcCardNo: record.erhcCardNo,
    recordId: record.id,
    snapshot,
    issuedAt: new Date().toISOString(),
    issuedBy: nurse.id,
    printCount: 1,
    voidedAt: null,
    voidedBy: null,
    voidReason: null,
  };
  tx.kept.set(ISSUED, [...(tx.kept.get<VoucherRow[]>(ISSUED) ?? []), row], insertRows);
  await recordEvent(tx, nurse, { action: 'voucher.issue', outcome: 'ok', subject: row.voucherNo });
  return row;
}

const KEYS = Object.keys(getTableColumns(vouchers)) as (keyof VoucherRow)[];

async function insertRows(tx: Transaction, rows: VoucherRow[]): Promise<void> {
  const values = (row: VoucherRow) => KEYS.map((key) => row[key] as Value);
  await tx.insertMany(vouchers, KEYS, rows.map(values));
}

/** The next number of the site's day; given back when the transaction fails, so that none is missing. */
async function nextSerial(tx: Transaction, siteCode: string, day: string): Promise<number> {
  const [row] = await countUp(tx, { siteCode, day });
  if (!row || row.serial > 9999) throw new DomainError('SERIALS_EXHAUSTED', '本单位今日凭证号已用完(9999 张)');
  return row.serial;
}

const countUp = prepared((tx: Transaction) =>
  tx
    .insert(voucherSerials)
    .values({ siteCode: given('siteCode'), day: given('day'), lastSerial: 1 })
    .onConflictDoUpdate({
      target: [voucherSerials.siteCode, voucherSerials.day],
      set: { lastSerial: sql`${voucherSerials.lastSerial} + 1` },
    })
    .returning({ serial: voucherSerials.lastSerial }),
);

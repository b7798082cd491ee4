import { and, eq, isNull } from 'drizzle-orm';
import { atMost, given, prepared, type Queries, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import type { Sealer } from '../exchange/seal.ts';
import type { HealthCode } from '../health-code/parse.ts';
import { authenticates, COLUMNS, findNewest, isKnown, type ShownRecord, startOf } from '../records/find-by-card.ts';
import { judgeCode, refusalAt, TOLERANCE } from '../sites/code-refusal.ts';

const { records, sites, vouchers } = tables;

export type ScanningSite = Pick<
  typeof sites.$inferSelect,
  'code' | 'name' | 'paper' | 'nextStation' | 'staticCodes' | 'unknownIssuers'
>;

export type Scan =
  /** The site does not take the code: nothing is told of the resident. */
  | { refusal: DomainError; record: null; known: false }
  /** `known`: the province holds a record for this card, though none that authenticates. */
  | { refusal: null; record: null; known: boolean }
  /** `live`: today's voucher of this site. */
  | {
      refusal: null;
      record: ShownRecord;
      site: ScanningSite;
      live: { voucherNo: string; printCount: number } | null;
    };

/**
 * All that a scan asks for, by one question to the database: the way to it costs more than the answer. Which record counts is said at `findByCard`.
 * @param at.day today, `yyyy-MM-dd`
 * @param at.tolerance ms after its end at which a dynamic code is still taken
 * @throws DomainError SITE_NOT_FOUND
 */
export async function readScan(
  db: Queries,
  sealer: Sealer,
  code: HealthCode,
  { siteCode, day, tolerance = TOLERANCE }: { siteCode: string; day: string; tolerance?: number },
): Promise<Scan> {
  const judged = await judgeCode(db, sealer, code, tolerance);
  if (judged instanceof DomainError) return { refusal: judged, record: null, known: false };
  const { cardNo } = code;
  const card = { cardNo, start: startOf(cardNo) };
  const [row, more] = await read(db, { siteCode, day, ...card });
  if (!row) throw new DomainError('SITE_NOT_FOUND', '没有这个接种单位');
  const refusal = refusalAt(row, judged);
  if (refusal) return { refusal, record: null, known: false };
  // Almost every card has one record, and sorting one costs more than finding it.
  const record = more ? (await findNewest(db, card))[0] : row.id === null ? undefined : (row as ShownRecord);
  if (!record) return { refusal: null, record: null, known: await isKnown(db, card) };
  const { siteName, paper, nextStation, staticCodes, unknownIssuers, voucherNo, printCount } = row;
  return {
    refusal: null,
    record,
    site: { code: siteCode, name: siteName, paper, nextStation, staticCodes, unknownIssuers },
    live: voucherNo === null || printCount === null ? null : { voucherNo, printCount },
  };
}

const read = prepared((db: Pick<Queries, 'select'>) => {
  const { name: siteName, paper, nextStation, staticCodes, unknownIssuers } = sites;
  const { voucherNo, printCount } = vouchers;
  return db
    .select({ ...COLUMNS, siteName, paper, nextStation, staticCodes, unknownIssuers, voucherNo, printCount })
    .from(sites)
    .leftJoin(records, authenticates())
    .leftJoin(
      vouchers,
      and(
        eq(vouchers.siteCode, given('siteCode')),
        eq(vouchers.day, given('day')),
        eq(vouchers.erhcCardNo, given('cardNo')),
        isNull(vouchers.voidedAt),
      ),
    )
    .where(eq(sites.code, given('siteCode')))
    .limit(atMost(2));
});

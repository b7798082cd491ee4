import { and, type Column, desc, eq, ne, type SQL, sql } from 'drizzle-orm';
import { type Queries, tables } from '../../db/index.ts';

export type AuthenticationRecord = typeof tables.records.$inferSelect;

export type CardState =
  | { authenticated: true; record: AuthenticationRecord }
  /** `known`: the province holds a record for this card, though none that authenticates. */
  | { authenticated: false; known: boolean };

/** Records of a card. Its index holds the first 16 characters: enough to tell cards apart, and a quarter of the size. */
export function byCard(cardNo: string): SQL | undefined {
  const { erhcCardNo } = tables.records;
  return and(sql`substr(${erhcCardNo}, 1, 16) = ${cardNo.slice(0, 16)}`, eq(erhcCardNo, cardNo));
}

/** Whether both numbers of a record's app stand: what a revoked filing authenticated counts no more, at once (F2). */
function appStands(): SQL {
  const { records, filings } = tables;
  const approved = (number: Column, filed: Column) =>
    sql`exists (select 1 from ${filings} where ${filed} = ${number} and ${filings.state} = 'approved')`;
  return sql`${approved(records.appRecordNo, filings.appRecordNo)} and ${approved(records.appRecordNoRecognize, filings.appRecordNoRecognize)}`;
}

/**
 * The rule "which record counts" (requirements.md): a resident is authenticated when any live record of the card has
 * `recognize_flag` 1 and an app whose filing stands; of those the one with the newest `cd_time` is shown.
 * @param cardNo `erhc_card_no` in upper case
 */
export async function findByCard(db: Queries, cardNo: string): Promise<CardState> {
  const { records } = tables;
  const [record] = await db
    .select()
    .from(records)
    .where(and(byCard(cardNo), eq(records.recognizeFlag, 1), ne(records.cdOperation, 'd'), appStands()))
    .orderBy(desc(records.cdTime), desc(records.seq))
    .limit(1);
  if (record) return { authenticated: true, record };
  const [other] = await db.select({ id: records.id }).from(records).where(byCard(cardNo)).limit(1);
  return { authenticated: false, known: other !== undefined };
}

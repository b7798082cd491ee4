import { and, desc, eq, ne } from 'drizzle-orm';
import { type Queries, tables } from '../../db/index.ts';

export type AuthenticationRecord = typeof tables.records.$inferSelect;

export type CardState =
  | { authenticated: true; record: AuthenticationRecord }
  /** `known`: the province holds a record for this card, though none that authenticates. */
  | { authenticated: false; known: boolean };

/**
 * The rule "which record counts" (requirements.md): a resident is authenticated when any live record of the card has
 * `recognize_flag` 1; of those the one with the newest `cd_time` is shown.
 * @param cardNo `erhc_card_no` in upper case
 */
export async function findByCard(db: Queries, cardNo: string): Promise<CardState> {
  const { records } = tables;
  const [record] = await db
    .select()
    .from(records)
    .where(and(eq(records.erhcCardNo, cardNo), eq(records.recognizeFlag, 1), ne(records.cdOperation, 'd')))
    .orderBy(desc(records.cdTime), desc(records.id))
    .limit(1);
  if (record) return { authenticated: true, record };
  const [other] = await db.select({ id: records.id }).from(records).where(eq(records.erhcCardNo, cardNo)).limit(1);
  return { authenticated: false, known: other !== undefined };
}

import { and, type Column, desc, eq, ne, type Placeholder, type SQL, sql } from 'drizzle-orm';
import { atMost, given, prepared, type Queries, tables } from '../../db/index.ts';

const { records } = tables;

/** What a nurse sees of everybody, and a voucher says: each sealed column more would be opened for nothing. */
export const COLUMNS = {
  id: records.id,
  erhcCardNo: records.erhcCardNo,
  name: records.name,
  sex: records.sex,
  birthday: records.birthday,
  nationality: records.nationality,
  idCardTypeCode: records.idCardTypeCode,
  idcode: records.idcode,
  phone: records.phone,
  authenticationMethod: records.authenticationMethod,
  cdTime: records.cdTime,
};

export type AuthenticationRecord = typeof records.$inferSelect;
export type ShownRecord = Pick<AuthenticationRecord, keyof typeof COLUMNS>;

export type CardState =
  | { authenticated: true; record: ShownRecord }
  /** `known`: the province holds a record for this card, though none that authenticates. */
  | { authenticated: false; known: boolean };

/** How much of a card's number its index holds: enough to tell cards apart, and a quarter of the size. */
const START = 16;
export const startOf = (cardNo: string): string => cardNo.slice(0, START);

/** Records of a card. */
export const byCard = (cardNo: string): SQL | undefined => cardIs(startOf(cardNo), cardNo);

function cardIs(start: string | Placeholder, cardNo: string | Placeholder): SQL | undefined {
  const { erhcCardNo } = records;
  return and(sql`substr(${erhcCardNo}, 1, 16) = ${start}`, eq(erhcCardNo, cardNo));
}

/** Whether both numbers of a record's app stand: what a revoked filing authenticated counts no more, at once (F2). */
function appStands(): SQL {
  const { filings } = tables;
  const approved = (number: Column, filed: Column) =>
    sql`exists (select 1 from ${filings} where ${filed} = ${number} and ${filings.state} = 'approved')`;
  return sql`${approved(records.appRecordNo, filings.appRecordNo)} and ${approved(records.appRecordNoRecognize, filings.appRecordNoRecognize)}`;
}

const ofCard = () => cardIs(given('start'), given('cardNo'));

/** The records of the card that is {@link given} as `cardNo` and `start` ({@link startOf}) that authenticate it. */
export const authenticates = (): SQL | undefined =>
  and(ofCard(), eq(records.recognizeFlag, 1), ne(records.cdOperation, 'd'), appStands());

/**
 * The rule "which record counts" (requirements.md): a resident is authenticated when any live record of the card has
 * `recognize_flag` 1 and an app whose filing stands; of those the one with the newest `cd_time` is shown.
 * @param cardNo `erhc_card_no` in upper case
 */
export async function findByCard(db: Queries, cardNo: string): Promise<CardState> {
  const card = { cardNo, start: startOf(cardNo) };
  // Almost every card has one record, and sorting one costs more than finding it.
  const [only, more] = await findTwo(db, card);
  const [record] = more ? await findNewest(db, card) : [only];
  if (record) return { authenticated: true, record };
  return { authenticated: false, known: await isKnown(db, card) };
}

/** Whether the province holds any record of a card. */
export async function isKnown(db: Pick<Queries, 'select'>, card: { cardNo: string; start: string }): Promise<boolean> {
  const [any] = await findAny(db, card);
  return any !== undefined;
}

/** Who was named beside the resident of a record: a child's guardian. */
export async function findLinkman(db: Queries, recordId: string): Promise<string | null> {
  const [row] = await readLinkman(db, { recordId });
  return row?.linkman ?? null;
}

const readLinkman = prepared((db: Pick<Queries, 'select'>) =>
  db
    .select({ linkman: records.linkman })
    .from(records)
    .where(eq(records.id, given('recordId'))),
);
const selectAuthenticated = (db: Pick<Queries, 'select'>) => db.select(COLUMNS).from(records).where(authenticates());
const findTwo = prepared((db: Pick<Queries, 'select'>) => selectAuthenticated(db).limit(atMost(2)));
/** Of several records of a card that authenticate, the one that counts. */
export const findNewest = prepared((db: Pick<Queries, 'select'>) =>
  selectAuthenticated(db).orderBy(desc(records.cdTime), desc(records.seq)).limit(atMost(1)),
);
const findAny = prepared((db: Pick<Queries, 'select'>) =>
  db.select({ id: records.id }).from(records).where(ofCard()).limit(atMost(1)),
);

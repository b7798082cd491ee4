import { and, desc, eq, inArray, notInArray } from 'drizzle-orm';
import { allGiven, atMost, given, prepared, type Queries, type Transaction, tables } from '../../db/index.ts';
import { shanghaiTime } from '../time.ts';
import type { RecordFields } from './record.ts';

const { cityOutbox } = tables;
const { id, operation, cdTime, recordId, state } = cityOutbox;

/**
 * Lays a row for the province into the outbox, in the transaction of what happened. Its time is never before that of the record's last row:
 * the province refuses old news, and clocks are set back.
 */
export async function enqueue(tx: Transaction, fields: RecordFields, what: 'i' | 'u' | 'd'): Promise<void> {
  const record = fields.id ?? '';
  const [last] = await readLast(tx, { record });
  const now = new Date();
  const time = shanghaiTime(now);
  await insertRow(tx, {
    record: fields,
    recordId: record,
    operation: what,
    cdTime: last && last.cdTime > time ? last.cdTime : time,
    createdAt: now.toISOString(),
  });
}
const readLast = prepared((db: Pick<Queries, 'select'>) =>
  db
    .select({ cdTime, state })
    .from(cityOutbox)
    .where(eq(recordId, given('record')))
    .orderBy(desc(id))
    .limit(atMost(1)),
);
const insertRow = prepared((tx: Transaction) => {
  const { record, recordId, operation, cdTime, createdAt } = allGiven(cityOutbox);
  return tx.insert(cityOutbox).values({ record, recordId, operation, cdTime, createdAt, state: 'waiting' });
});

/**
 * Leaves unsaid what waits or was refused of a record whose resident withdrew, and keeps none of its words. What is under way meets its
 * end with its batch.
 */
export async function forget(
  tx: Transaction,
  record: string,
  what: ('waiting' | 'refused')[] = ['waiting', 'refused'],
): Promise<void> {
  await tx
    .update(cityOutbox)
    .set({ state: 'unsaid', record: null })
    .where(and(eq(recordId, record), inArray(state, what)));
}

/** Whether the province has or had a record. */
export async function isTaken(tx: Pick<Transaction, 'select'>, record: string): Promise<boolean> {
  const [row] = await tx
    .select({ id })
    .from(cityOutbox)
    .where(and(eq(recordId, record), eq(state, 'accepted')))
    .limit(1);
  return row !== undefined;
}

/** Whether the province knows a record, or will once it has what waits: `u` and `d` of an unknown one it refuses. */
export async function isTold(tx: Pick<Transaction, 'select'>, record: string): Promise<boolean> {
  const [row] = await tx
    .select({ operation })
    .from(cityOutbox)
    .where(and(eq(recordId, record), notInArray(state, ['refused', 'retried', 'unsaid'])))
    .orderBy(desc(id))
    .limit(1);
  return row !== undefined;
}

/** Whether the province refused the last that was said of a record, and nobody has said it again. */
export async function wasRefused(tx: Pick<Transaction, 'select'>, record: string): Promise<boolean> {
  const [row] = await readLast(tx, { record });
  return row?.state === 'refused';
}

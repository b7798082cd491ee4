/** For tests: authenticated residents, as many as a test wants. */
import { cardNoOf } from '../db/demo/fixed-residents.ts';
import { demoRecords } from '../db/demo/records.ts';
import { type Db, indexesOf, tables } from '../db/index.ts';
import { facetsIn } from './records/facets.ts';

/** Copies of the demo's authenticated resident under the cards `cardNoOf(key)`; those that are there already stay. */
export async function addResidents(db: Db, keys: string[]): Promise<void> {
  const model = demoRecords().find((row) => row.erhcCardNo === cardNoOf('demo:authenticated'));
  if (!model) throw new Error('the demo lost its resident');
  await db.write(async (tx) => {
    const facetId = await (await facetsIn(tx, model.cdSource))(model);
    const rows = keys.map((key) => ({
      ...model,
      ...indexesOf(model),
      facetId,
      id: cardNoOf(key).slice(0, 32).toLowerCase(),
      erhcCardNo: cardNoOf(key),
    }));
    await tx.insert(tables.records).values(rows).onConflictDoNothing();
  });
}

import { and, eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { getMember, type Phone } from './account.ts';
import { enqueue, isTold } from './enqueue.ts';
import type { CityPlatform } from './platform.ts';
import { toRecord } from './record.ts';

const { cityOutbox, cityResidents } = tables;

/**
 * Consent is withdrawn: the province is told by `d`, and nothing of the resident is kept here, on this phone or on another. Whoever
 * authenticates again gets a record of its own.
 * @throws DomainError MEMBER_NOT_FOUND
 */
export async function withdraw(
  db: Db,
  city: CityPlatform,
  phone: Phone,
  { memberId }: { memberId: number },
): Promise<void> {
  await db.write(async (tx) => {
    const { resident } = await getMember(tx, phone, memberId);
    const { recordId } = resident;
    // What the province refused can't be said again; it would keep the person here.
    await tx
      .update(cityOutbox)
      .set({ state: 'retried', record: null })
      .where(and(eq(cityOutbox.recordId, recordId), eq(cityOutbox.state, 'refused')));
    if (await isTold(tx, recordId)) await enqueue(tx, toRecord(city.config, resident), 'd');
    await tx.delete(cityResidents).where(eq(cityResidents.id, resident.id));
  });
}

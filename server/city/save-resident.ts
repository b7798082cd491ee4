import { and, eq } from 'drizzle-orm';
import { v7 } from 'uuid';
import { allGivenBut, given, indexOf, prepared, type Queries, type Transaction, tables } from '../../db/index.ts';
import { isStrong } from './account.ts';
import { makeCardNumbers } from './card-and-empi.ts';
import { enqueue, isTold, wasRefused } from './enqueue.ts';
import type { Person } from './person.ts';
import type { CityPlatform } from './platform.ts';
import { toRecord } from './record.ts';
import type { Method } from './verify-identity.ts';

const { cityResidents } = tables;

/**
 * Adds a resident or changes one, and tells the province what is new of it. Whoever knows less than before takes nothing away: methods are
 * added up, a phone that was verified is replaced by another only with it (2), and a child's guardian by none who comes later.
 */
export async function saveResident(
  tx: Transaction,
  city: CityPlatform,
  claimed: Person & { linkman: string | null; guardianId: number | null },
  passed: readonly Method[],
): Promise<number> {
  const idcodeIndex = indexOf('idcode', claimed.idcode);
  const [stored] = await readResident(tx, { idCardTypeCode: claimed.idCardTypeCode, idcodeIndex });
  const before = stored?.methods.split('^') ?? [];
  // Once grown up, a child stands for itself: by more than its name and number.
  const another = stored && stored.guardianId !== null && stored.guardianId !== claimed.guardianId;
  const guarded = another && (claimed.guardianId !== null || !isStrong(passed.join('^')));
  const { linkman, guardianId } = guarded ? stored : claimed;
  const verified = before.includes('2') && !passed.includes('2');
  const person = {
    ...claimed,
    ...{ linkman, guardianId },
    phone: stored && (guarded || verified) ? stored.phone : claimed.phone,
    methods: [...new Set([...before, ...passed])].sort().join('^'),
  };
  // UUIDv7 (RFC 9562): it begins with the time, so that three indexes grow at their end, and not in a random page for each resident.
  const recordId = stored?.recordId ?? v7().replaceAll('-', '');
  const made = { ...makeCardNumbers(city.config.cardKey, person), recordId };
  const values = { ...person, ...made, idcodeIndex, authenticatedAt: new Date().toISOString() };
  const fields = toRecord(city.config, { ...person, ...made });
  if (!stored) {
    const [row] = await insertResident(tx, values);
    if (!row) throw new Error('no resident was inserted');
    await enqueue(tx, fields, 'i');
    return row.id;
  }
  await tx.update(cityResidents).set(values).where(eq(cityResidents.id, stored.id));
  // Whoever comes again, as scans refuse them, is told of again, too.
  if ((await wasRefused(tx, recordId)) || JSON.stringify(fields) !== JSON.stringify(toRecord(city.config, stored))) {
    await enqueue(tx, fields, (await isTold(tx, recordId)) ? 'u' : 'i');
  }
  return stored.id;
}

const readResident = prepared((db: Pick<Queries, 'select'>) =>
  db
    .select()
    .from(cityResidents)
    .where(
      and(
        eq(cityResidents.idCardTypeCode, given('idCardTypeCode')),
        eq(cityResidents.idcodeIndex, given('idcodeIndex')),
      ),
    ),
);
const insertResident = prepared((tx: Transaction) =>
  tx.insert(cityResidents).values(allGivenBut(cityResidents, 'id')).returning({ id: cityResidents.id }),
);

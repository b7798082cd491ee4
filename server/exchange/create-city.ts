import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { divisionName, isCity } from '../dictionaries/dictionaries.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import type { CreateCityInput } from './schema.ts';

/**
 * Adds a city platform; its name is the division's.
 * @throws DomainError FORBIDDEN (province only), CITY_NOT_FOUND, CITY_TAKEN
 */
export async function createCity(db: Db, actor: Actor, input: CreateCityInput): Promise<{ name: string }> {
  const who = authorise(actor, 'province');
  const division = `${input.code}00`;
  if (!isCity(division)) throw new DomainError('CITY_NOT_FOUND', '行政区划代码表中没有这个城市', 'code');
  const name = divisionName(division);
  await db.write(async (tx) => {
    const [added] = await tx.insert(tables.cities).values({ code: input.code, name }).onConflictDoNothing().returning();
    if (!added) throw new DomainError('CITY_TAKEN', '该城市平台已存在', 'code');
    await recordEvent(tx, who, { action: 'city.create', outcome: 'ok', subject: input.code });
  });
  return { name };
}

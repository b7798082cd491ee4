import { asc } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { countiesOf } from '../dictionaries/dictionaries.ts';
import { type Actor, authorise } from '../staff/actor.ts';

/**
 * The registered cities, each with its counties of today, for forms and filters.
 * @throws DomainError FORBIDDEN (province only)
 */
export async function listDivisions(db: Db, actor: Actor) {
  authorise(actor, 'province');
  const cities = await db.read.select().from(tables.cities).orderBy(asc(tables.cities.code));
  return cities.map((city) => ({ ...city, counties: countiesOf(city.code) }));
}

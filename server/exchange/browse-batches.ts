import { and, desc, eq, lt } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiTime } from '../time.ts';
import { type Batch, getBatch, readReceipt } from './receipt.ts';
import { BATCHES_PER_PAGE, type BrowseBatchesInput } from './schema.ts';

const { batches, cities } = tables;

/**
 * Batches with their figures, newest first, by pages: a city's own, or everybody's for the province.
 * @throws DomainError FORBIDDEN
 */
export async function browseBatches(db: Db, actor: Actor, input: BrowseBatchesInput) {
  const who = authorise(actor, 'province', 'city');
  const cityCode = who.role === 'city' ? (who.cityCode ?? '') : input.cityCode;
  if (input.cityCode && input.cityCode !== cityCode) throw new DomainError('FORBIDDEN', '只能查看本市的批次');
  const rows = await db.read
    .select({ batch: batches, cityName: cities.name })
    .from(batches)
    .innerJoin(cities, eq(cities.code, batches.cityCode))
    .where(
      and(
        cityCode ? eq(batches.cityCode, cityCode) : undefined,
        input.cursor ? lt(batches.id, input.cursor) : undefined,
      ),
    )
    .orderBy(desc(batches.id))
    .limit(BATCHES_PER_PAGE + 1);
  const items = rows.slice(0, BATCHES_PER_PAGE).map(({ batch, cityName }) => ({ ...figuresOf(batch), cityName }));
  return { items, nextCursor: rows.length > BATCHES_PER_PAGE ? (rows[BATCHES_PER_PAGE - 1]?.batch.id ?? null) : null };
}

/**
 * A batch's receipt, as its city has it.
 * @throws DomainError FORBIDDEN, BATCH_NOT_FOUND
 */
export async function openBatch(db: Db, actor: Actor, input: { cdBatch: string }) {
  const who = authorise(actor, 'province', 'city');
  const batch = await getBatch(db.read, input.cdBatch, who.role === 'city' ? (who.cityCode ?? '') : null);
  const [city] = await db.read.select().from(cities).where(eq(cities.code, batch.cityCode));
  const { errors, errors_url: errorsUrl } = await readReceipt(db.read, batch);
  return { ...figuresOf(batch), cityName: city?.name ?? '', errors, errorsUrl };
}

const figuresOf = ({ id: _id, digest: _digest, receivedAt, ...batch }: Batch) => ({
  ...batch,
  receivedAt: shanghaiTime(new Date(receivedAt)),
});

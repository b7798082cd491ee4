/** The outbox as the city's people see it: how much waits, how the uploads go, and what the province refused. */
import { and, count, desc, eq, lt } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { Refused, Unavailable } from '../exchange/client/send.ts';
import { maskName } from '../records/mask.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiTime } from '../time.ts';
import { enqueue, isTold } from './enqueue.ts';
import type { CityPlatform } from './platform.ts';
import { type ComparedDay, reconcileOutbox } from './reconcile-outbox.ts';
import { type RecordFields, toRecord } from './record.ts';
import { OUTBOX_PER_PAGE } from './schema.ts';

const { cityOutbox, cityResidents } = tables;

const inShanghai = (iso: string | null) => iso && shanghaiTime(new Date(iso));

/** @throws DomainError FORBIDDEN (the platform's own city only) */
function authoriseCity(actor: Actor, city: CityPlatform): void {
  const who = authorise(actor, 'city');
  if (who.cityCode !== city.config.cityCode) throw new DomainError('FORBIDDEN', '这是其他城市的平台');
}

/**
 * Counts by state, how the uploads go, and a page of refused rows, newest first.
 * @throws DomainError FORBIDDEN
 */
export async function browseOutbox(db: Db, city: CityPlatform, actor: Actor, input: { cursor?: number | undefined }) {
  authoriseCity(actor, city);
  const states = await db.read
    .select({ state: cityOutbox.state, rows: count() })
    .from(cityOutbox)
    .groupBy(cityOutbox.state);
  const counts = { waiting: 0, sent: 0, accepted: 0, refused: 0, retried: 0, unsaid: 0 };
  for (const { state, rows } of states) counts[state] = rows;
  const refused = await db.read
    .select()
    .from(cityOutbox)
    .where(and(eq(cityOutbox.state, 'refused'), input.cursor ? lt(cityOutbox.id, input.cursor) : undefined))
    .orderBy(desc(cityOutbox.id))
    .limit(OUTBOX_PER_PAGE + 1);
  const items = refused.slice(0, OUTBOX_PER_PAGE).map(({ id, recordId, operation, cdTime, cdBatch, ...row }) => ({
    ...{ id, recordId, operation, cdTime, cdBatch },
    name: maskName(row.record?.name ?? ''),
    errors: row.errors ?? [],
    settledAt: inShanghai(row.settledAt),
  }));
  const { lastSuccessAt = null, lastError = null, nextTryAt = null } = city.uploads?.state ?? {};
  return {
    counts,
    upload: {
      lastSuccessAt: inShanghai(lastSuccessAt),
      lastError: lastError && {
        ...lastError,
        since: shanghaiTime(new Date(lastError.since)),
        at: shanghaiTime(new Date(lastError.at)),
      },
      nextTryAt: inShanghai(nextTryAt),
    },
    refused: { items, nextCursor: refused.length > OUTBOX_PER_PAGE ? (items.at(-1)?.id ?? null) : null },
  };
}

/**
 * Says a refused row again, as the resident stands now: `i` where the province never took the record, else `u`; a refused `d` as it was. Null
 * when nothing is left to be said: the resident withdrew, and the province never had the record.
 * @throws DomainError FORBIDDEN, OUTBOX_ROW_NOT_FOUND
 */
export async function retryRow(
  db: Db,
  city: CityPlatform,
  actor: Actor,
  { id }: { id: number },
): Promise<{ operation: 'i' | 'u' | 'd' | null }> {
  authoriseCity(actor, city);
  return db.write(async (tx) => {
    const [row] = await tx
      .update(cityOutbox)
      .set({ state: 'retried' })
      .where(and(eq(cityOutbox.id, id), eq(cityOutbox.state, 'refused')))
      .returning();
    if (!row) throw new DomainError('OUTBOX_ROW_NOT_FOUND', '没有这条被拒绝的记录,或已重新上报', 'id');
    await tx.update(cityOutbox).set({ record: null }).where(eq(cityOutbox.id, id));
    const [resident] = await tx.select().from(cityResidents).where(eq(cityResidents.recordId, row.recordId));
    const told = await isTold(tx, row.recordId);
    // A withdrawal has a row of its own; and what the province never had need not be withdrawn.
    if (!resident && (row.operation !== 'd' || !told)) return { operation: null };
    const operation = resident ? (told ? 'u' : 'i') : 'd';
    await enqueue(tx, resident ? toRecord(city.config, resident) : (row.record as RecordFields), operation);
    return { operation };
  });
}

/**
 * Compares the outbox with what the province holds.
 * @throws DomainError FORBIDDEN, PROVINCE_UNAVAILABLE
 */
export async function reconcileCity(
  db: Db,
  city: CityPlatform,
  actor: Actor,
  input: { from: string; to: string },
): Promise<ComparedDay[]> {
  authoriseCity(actor, city);
  const { province } = city;
  const unavailable = (why: string) => new DomainError('PROVINCE_UNAVAILABLE', `对账未能完成:${why}`);
  if (!province) throw unavailable('上传尚未启动');
  try {
    return await reconcileOutbox(db, province, input);
  } catch (error) {
    if (error instanceof Refused) throw unavailable(error.reason);
    if (error instanceof Unavailable) throw unavailable(error.message);
    throw error;
  }
}

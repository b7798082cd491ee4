/** The outbox as the city's people see it: how much waits, how the uploads go, and what the province refused. */
import { and, asc, count, desc, eq, gte, inArray, lt, lte } from 'drizzle-orm';
import { type Db, isAccepted, isOneOf, isOpen, type Transaction, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { Refused, Unavailable } from '../exchange/client/send.ts';
import { maskName } from '../records/mask.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiDay, shanghaiTime } from '../time.ts';
import { enqueue, isTold } from './enqueue.ts';
import type { CityPlatform } from './platform.ts';
import { type ComparedDay, reconcileOutbox } from './reconcile-outbox.ts';
import { type RecordFields, toRecord } from './record.ts';
import { OUTBOX_PER_PAGE } from './schema.ts';

const { cityOutbox, cityResidents } = tables;
const isRefused = and(isOpen(cityOutbox.state), eq(cityOutbox.state, 'refused'));
type Row = typeof cityOutbox.$inferSelect;
type Resident = typeof cityResidents.$inferSelect;

/** Of a transaction of {@link retryAll}: nobody waits long behind it. */
const RETRIED_AT_ONCE = 100;

const inShanghai = (iso: string | null) => iso && shanghaiTime(new Date(iso));

/** @throws DomainError FORBIDDEN (the platform's own city only) */
function authoriseCity(actor: Actor, city: CityPlatform): void {
  const who = authorise(actor, 'city');
  if (who.cityCode !== city.config.cityCode) throw new DomainError('FORBIDDEN', '这是其他城市的平台');
}

/**
 * Counts, how the uploads go, and a page of refused rows, newest first. Of what was accepted, only today's is counted: the page asks every few
 * seconds, and the rest grows for ever.
 * @throws DomainError FORBIDDEN
 */
export async function browseOutbox(db: Db, city: CityPlatform, actor: Actor, input: { cursor?: number | undefined }) {
  authoriseCity(actor, city);
  const pending = ['waiting', 'sent', 'refused'] as const;
  const states = await db.read
    .select({ state: cityOutbox.state, rows: count() })
    .from(cityOutbox)
    .where(and(isOpen(cityOutbox.state), inArray(cityOutbox.state, pending)))
    .groupBy(cityOutbox.state);
  const [accepted] = await db.read
    .select({ rows: count() })
    .from(cityOutbox)
    .where(and(isAccepted(cityOutbox.state), gte(cityOutbox.cdTime, shanghaiDay(new Date()))));
  const countOf = (state: (typeof pending)[number]) => states.find((each) => each.state === state)?.rows ?? 0;
  const counts = {
    ...{ waiting: countOf('waiting'), sent: countOf('sent'), refused: countOf('refused') },
    /** Of what happened today. */
    accepted: accepted?.rows ?? 0,
  };
  const refused = await db.read
    .select()
    .from(cityOutbox)
    .where(and(isRefused, input.cursor ? lt(cityOutbox.id, input.cursor) : undefined))
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
      .select()
      .from(cityOutbox)
      .where(and(eq(cityOutbox.id, id), eq(cityOutbox.state, 'refused')));
    if (!row) throw new DomainError('OUTBOX_ROW_NOT_FOUND', '没有这条被拒绝的记录,或已重新上报', 'id');
    const [resident] = await takeUp(tx, [row]);
    return { operation: await sayAgain(tx, city, row, resident) };
  });
}

/**
 * Says all rows again that are refused by now, the oldest first, of each record one; in short transactions, behind everybody else.
 * @returns how many go again, and of how many nothing was left to be said
 * @throws DomainError FORBIDDEN
 */
export async function retryAll(db: Db, city: CityPlatform, actor: Actor): Promise<{ said: number; dropped: number }> {
  authoriseCity(actor, city);
  // What is refused again meanwhile is left for another time, or this would never end.
  const [newest] = await db.read
    .select({ id: cityOutbox.id })
    .from(cityOutbox)
    .where(isRefused)
    .orderBy(desc(cityOutbox.id))
    .limit(1);
  const said = new Set<string>();
  let done = 0;
  let some: number;
  do {
    some = await db.write(
      async (tx) => {
        const rows = await tx
          .select()
          .from(cityOutbox)
          .where(and(isRefused, lte(cityOutbox.id, newest?.id ?? 0)))
          .orderBy(asc(cityOutbox.id))
          .limit(RETRIED_AT_ONCE);
        const residents = await takeUp(tx, rows);
        for (const row of rows) {
          const resident = residents.find(({ recordId }) => recordId === row.recordId);
          if (!said.has(row.recordId) && (await sayAgain(tx, city, row, resident))) said.add(row.recordId);
        }
        return rows.length;
      },
      { patient: true },
    );
    done += some;
  } while (some === RETRIED_AT_ONCE);
  return { said: said.size, dropped: done - said.size };
}

/** Marks refused rows as said again. @returns the residents whom they are about, as far as there are any */
async function takeUp(tx: Transaction, rows: Row[]): Promise<Resident[]> {
  const ids = rows.map(({ id }) => id);
  await tx.update(cityOutbox).set({ state: 'retried', record: null }).where(isOneOf(cityOutbox.id, ids));
  const records = rows.map(({ recordId }) => recordId);
  return tx.select().from(cityResidents).where(isOneOf(cityResidents.recordId, records));
}

/** @returns what is said; null where nothing is left to be said */
async function sayAgain(tx: Transaction, city: CityPlatform, row: Row, resident: Resident | undefined) {
  const told = await isTold(tx, row.recordId);
  // A withdrawal has a row of its own; and what the province never had need not be withdrawn.
  if (!resident && (row.operation !== 'd' || !told)) return null;
  const operation = resident ? (told ? 'u' : 'i') : 'd';
  await enqueue(tx, resident ? toRecord(city.config, resident) : (row.record as RecordFields), operation);
  return operation;
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

/**
 * Events of the audit trail by filter, in the order of their ids. The trail may have a hundred million rows and the driver waits for
 * each query, so a call looks at a bounded number of them, in slices that let others in between, and tells where it stopped.
 */
import { setImmediate } from 'node:timers/promises';
import { and, asc, type Column, desc, eq, gt, gte, inArray, lt, lte, notInArray, type SQL, sql } from 'drizzle-orm';
import { type Queries, tables } from '../../db/index.ts';
import { firstMomentOf, lastMomentOf } from '../time.ts';

import { CHAINED } from './chain.ts';
import { type AuditFilter, type AuditOrder, GOOD_OUTCOMES } from './schema.ts';
import { isSearchable, searchableUpTo } from './searchable.ts';

const { auditEvents, staff, sites } = tables;

/** Rows of the driving index, or of the trail, that one query looks at, and that one call does, give or take a slice. */
const SLICE = 500;
export const EVENTS_LOOKED_AT = 5000;

type Reader = Pick<Queries, 'select'>;

/** Ids; both ends stand outside. */
interface Window {
  after: number;
  before: number;
}

interface Conditions {
  /** What an index answers; undefined: the trail itself, by id. */
  driving: SQL | undefined;
  rest: (SQL | undefined)[];
}

/** Ids that are searched the same way. */
interface Stretch extends Conditions {
  window: Window;
}

/**
 * @param page.cursor `nextCursor` of the call before
 * @param page.limit rows at most
 * @returns `nextCursor`: null at the trail's end. `searchedTo`: UTC, how far it looked where it found less than `limit` and there
 *   is more to look at; else null
 */
export async function listEvents(
  db: Reader,
  filter: AuditFilter,
  { order, cursor, limit }: { order: AuditOrder; cursor?: number | undefined; limit: number },
) {
  const rows: Awaited<ReturnType<typeof selectEvents>> = [];
  const conditions = await conditionsOf(db, filter);
  if (!conditions) return { rows, nextCursor: null, searchedTo: null };

  const behind = (id: number, { after, before }: Window) =>
    order === 'newest' ? { after, before: Math.min(before, id) } : { after: Math.max(after, id), before };
  const stretches = (await stretchesOf(db, conditions, filter))
    .map((each) => (cursor === undefined ? each : { ...each, window: behind(cursor, each.window) }))
    .filter(({ window }) => window.after < window.before - 1);
  if (order === 'newest') stretches.reverse();
  let end: number | null = null;
  for (let looked = 0; looked < EVENTS_LOOKED_AT; ) {
    const [stretch] = stretches;
    if (!stretch) return { rows, nextCursor: null, searchedTo: null };
    const sliceEnd = await findEndOfSlice(db, stretch, order);
    const upTo = order === 'newest' ? { after: (sliceEnd ?? 0) - 1 } : { before: (sliceEnd ?? 0) + 1 };
    const slice: Window = sliceEnd === null ? stretch.window : { ...stretch.window, ...upTo };
    rows.push(...(await selectEvents(db, { ...stretch, window: slice }, order, limit + 1 - rows.length)));
    if (rows.length > limit) {
      rows.pop();
      return { rows, nextCursor: rows.at(-1)?.event.id ?? null, searchedTo: null };
    }
    if (sliceEnd === null) stretches.shift();
    else {
      looked += SLICE;
      end = sliceEnd;
      stretch.window = behind(sliceEnd, stretch.window);
    }
    await setImmediate();
  }
  return { rows, nextCursor: end, searchedTo: rows.length < limit && end !== null ? await timeOf(db, end) : null };
}

/** What stands in the indexes, and what does not yet. */
async function stretchesOf(db: Reader, { driving, rest }: Conditions, filter: AuditFilter): Promise<Stretch[]> {
  // First: what enters the indexes meanwhile is found behind them.
  const last = await searchableUpTo(db);
  const { after, before } = await windowOf(db, filter);
  if (!driving && !filter.from && !filter.to) return [{ window: { after, before }, driving, rest }];
  return [
    { window: { after, before: Math.min(before, last + 1) }, driving, rest },
    // Few, and of any time: machines' clocks differ.
    { window: { after: last, before: Number.MAX_SAFE_INTEGER }, driving: undefined, rest },
  ];
}

async function timeOf(db: Reader, id: number): Promise<string | null> {
  const [row] = await db.select({ at: auditEvents.at }).from(auditEvents).where(eq(auditEvents.id, id));
  return row?.at ?? null;
}

/** A column as no index knows it: what is compared this way filters a slice, and drives nothing. */
const plain = (column: Column) => sql<string>`coalesce(${column}, '')`;

/** The most selective condition drives. Null: nobody has this name, so nothing can be found. */
async function conditionsOf(db: Reader, filter: AuditFilter): Promise<Conditions | null> {
  const { subject, outcome, outcomeClass } = filter;
  const actor = filter.actor === undefined ? undefined : await findActor(db, filter.actor);
  if (actor === null) return null;
  const equal: [Column, string | undefined][] = [
    [auditEvents.actor, actor],
    [auditEvents.siteCode, filter.siteCode],
    [auditEvents.action, filter.action],
  ];
  const given = equal.filter((pair): pair is [Column, string] => pair[1] !== undefined);
  // The subject's index holds its beginning only.
  const bySubject =
    subject === undefined ? undefined : sql`substr(${auditEvents.subject}, 1, 24) = ${subject.slice(0, 24)}`;
  const [driver] = given;
  const driving = bySubject ?? (driver && eq(...driver));
  const good = [...GOOD_OUTCOMES];
  return {
    driving: driving && and(driving, isSearchable),
    rest: [
      ...given.map(([column, value]) => eq(plain(column), value)),
      subject === undefined ? undefined : eq(plain(auditEvents.subject), subject),
      outcome && eq(auditEvents.outcome, outcome),
      outcomeClass === 'good' ? inArray(auditEvents.outcome, good) : undefined,
      outcomeClass === 'bad' ? notInArray(auditEvents.outcome, good) : undefined,
      // Should the clock have been set back, the window of ids holds other times too.
      filter.from ? gte(plain(auditEvents.at), firstMomentOf(filter.from)) : undefined,
      filter.to ? lte(plain(auditEvents.at), lastMomentOf(filter.to)) : undefined,
    ],
  };
}

/** Who stands in the trail under a user name; programs and platforms stand there as they are asked for. */
async function findActor(db: Reader, name: string): Promise<string | null> {
  if (/^(app|system):/.test(name)) return name;
  const [person] = await db.select({ id: staff.id }).from(staff).where(eq(staff.username, name.toLowerCase()));
  return person?.id ?? null;
}

/** The ids of the days asked for, of what stands in the indexes. */
async function windowOf(db: Reader, { from, to }: AuditFilter): Promise<Window> {
  const { id, at } = auditEvents;
  const ids = () => db.select({ id }).from(auditEvents);
  const [first] = from
    ? await ids()
        .where(and(gte(at, firstMomentOf(from)), isSearchable))
        .orderBy(asc(at), asc(id))
        .limit(1)
    : [];
  const [last] = to
    ? await ids()
        .where(and(lte(at, lastMomentOf(to)), isSearchable))
        .orderBy(desc(at), desc(id))
        .limit(1)
    : [];
  if ((from && !first) || (to && !last)) return { after: 0, before: 0 };
  return {
    after: first ? first.id - 1 : Number.MIN_SAFE_INTEGER,
    before: last ? last.id + 1 : Number.MAX_SAFE_INTEGER,
  };
}

const inWindow = ({ after, before }: Window) => and(gt(auditEvents.id, after), lt(auditEvents.id, before));
const byId = (order: AuditOrder) => (order === 'newest' ? desc(auditEvents.id) : asc(auditEvents.id));

/** Id of the last row that a slice looks at; null where the window ends before. Reads the index alone. */
async function findEndOfSlice(db: Reader, { driving, window }: Stretch, order: AuditOrder) {
  const [row] = await db
    .select({ id: auditEvents.id })
    .from(auditEvents)
    .where(and(driving, inWindow(window)))
    .orderBy(byId(order))
    .limit(1)
    .offset(SLICE - 1);
  return row?.id ?? null;
}

function selectEvents(db: Reader, { driving, rest, window }: Stretch, order: AuditOrder, limit: number) {
  return db
    .select({ event: CHAINED, actorName: staff.name, actorUsername: staff.username, siteName: sites.name })
    .from(auditEvents)
    .leftJoin(staff, eq(staff.id, auditEvents.actor))
    .leftJoin(sites, eq(sites.code, auditEvents.siteCode))
    .where(and(driving, ...rest, inWindow(window)))
    .orderBy(byId(order))
    .limit(limit);
}

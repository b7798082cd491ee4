/**
 * Figures are counted from the audit trail, behind the backs of those who wait: an event is counted once, in the transaction that
 * moves the head over it, and stands in the indexes from then on (docs/decisions/012).
 */
import { setImmediate as turn } from 'node:timers/promises';
import { asc, eq, gt, sql } from 'drizzle-orm';
import { atMost, type Db, given, isOneOf, prepared, type Transaction, tables } from '../../db/index.ts';
import { FIGURES_KEY, makeSearchable } from '../audit/searchable.ts';
import { describeError, type Log } from '../log.ts';
import { shanghaiTime } from '../time.ts';
import { METRICS, type Metric } from './schema.ts';

const { auditEvents, batches, figures, figuresHead } = tables;

/**
 * Few: each may touch a page of its own of the index by subject, of a large trail on the disk. And not fewer: who splits pages of an index has
 * SQLite look through its whole cache at the commit, half a millisecond.
 */
export const EVENTS_AT_ONCE = 250;
/** Rows of an insertion: each number has a query that is built once. */
const ROWS_AT_ONCE = [16, 1] as const;
const INTERVAL_MS = 2_000;
/** Of one interval: stopping waits no longer than that. */
const CHUNKS_A_TIME = 100;
/** The whole day, beside the hours 0 to 23. */
export const WHOLE_DAY = 24;
export const PROVINCE = '';

type Event = Pick<typeof auditEvents.$inferSelect, 'id' | 'at' | 'action' | 'outcome' | 'siteCode' | 'subject'>;
type Batch = typeof batches.$inferSelect;

/**
 * Counts what is not counted yet.
 * @param most chunks of {@link EVENTS_AT_ONCE}; the rest waits for the next time
 * @returns whether everything is counted
 */
export async function rollUp(db: Db, most = Number.POSITIVE_INFINITY): Promise<boolean> {
  for (let chunks = 0; chunks < most; chunks += 1) {
    const counted = await db.write(countSome, { patient: true });
    if (counted < EVENTS_AT_ONCE) return true;
    // After an upgrade there may be millions: whoever waits for an answer comes first.
    await turn();
  }
  return false;
}

/** Rolls up now and then, as long as the process lives. @returns how to stop it: waits for what is under way */
export function startRollingUp(db: Db, log: Log): () => Promise<void> {
  let working: Promise<void> | undefined;
  const timer = setInterval(() => {
    working ??= rollUp(db, CHUNKS_A_TIME)
      .then(
        () => {},
        (error) => log.error({ error: describeError(error) }, 'figures were not counted'),
      )
      .finally(() => {
        working = undefined;
      });
  }, INTERVAL_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await working;
  };
}

async function countSome(tx: Transaction): Promise<number> {
  const [head] = await readHead(tx, {});
  if (!head) throw new Error('the figures have no head');
  const events = await readEvents(tx, { after: head.lastId });
  const last = events.at(-1);
  if (!last) return 0;
  const uploaded = await findBatches(tx, events);
  const sums = new Map<string, Count & { at: string }>();
  for (const event of events) {
    for (const { place, metric, count } of countsOf(event, uploaded.get(event.subject ?? ''))) {
      // Shanghai's hours are UTC's, by another name.
      const key = `${event.at.slice(0, 13)} ${place} ${metric}`;
      const sum = sums.get(key);
      if (sum) sum.count += count;
      else sums.set(key, { at: event.at, place, metric, count });
    }
  }
  await addUp(tx, [...sums.values()]);
  await makeSearchable(tx, head.lastId, last.id);
  await moveHead(tx, { lastId: last.id });
  return events.length;
}

async function addUp(tx: Transaction, sums: (Count & { at: string })[]): Promise<void> {
  const counts = new Map<string, Row>();
  for (const { at, place, metric, count } of sums) {
    const time = shanghaiTime(new Date(at));
    const day = time.slice(0, 10);
    for (const hour of [Number(time.slice(11, 13)), WHOLE_DAY]) {
      const key = `${day} ${hour} ${place} ${metric}`;
      const row = counts.get(key) ?? { day, hour, place, metric, count: 0 };
      row.count += count;
      counts.set(key, row);
    }
  }
  const rows = [...counts.values()];
  for (const [at, most] of ROWS_AT_ONCE.entries()) {
    while (rows.length >= most) await insertions[at]?.(tx, named(rows.splice(0, most)));
  }
}

const COLUMNS = ['day', 'hour', 'place', 'metric', 'count'] as const;
type Row = Pick<typeof figures.$inferInsert, (typeof COLUMNS)[number]>;

/** What the n-th row of an insertion gives a column. */
const nameOf = (column: keyof Row, n: number) => `${column}${n}`;
const named = (rows: Row[]) =>
  Object.fromEntries(rows.flatMap((row, n) => COLUMNS.map((column) => [nameOf(column, n), row[column]])));

const insertions = ROWS_AT_ONCE.map((most) =>
  prepared((tx: Transaction) =>
    tx
      .insert(figures)
      .values(
        Array.from(
          { length: most },
          (_, n) => Object.fromEntries(COLUMNS.map((column) => [column, given(nameOf(column, n))])) as never,
        ),
      )
      .onConflictDoUpdate({
        target: [figures.day, figures.hour, figures.place, figures.metric],
        set: { count: sql`${figures.count} + excluded.count` },
      }),
  ),
);

const readHead = prepared((tx: Transaction) => tx.select().from(figuresHead).where(eq(figuresHead.key, FIGURES_KEY)));
const readEvents = prepared((tx: Transaction) => {
  const { id, at, action, outcome, siteCode, subject } = auditEvents;
  return tx
    .select({ id, at, action, outcome, siteCode, subject })
    .from(auditEvents)
    .where(gt(id, given('after')))
    .orderBy(asc(id))
    .limit(atMost(EVENTS_AT_ONCE));
});
const moveHead = prepared((tx: Transaction) =>
  tx
    .update(figuresHead)
    .set({ lastId: given('lastId') } as never)
    .where(eq(figuresHead.key, FIGURES_KEY)),
);

async function findBatches(tx: Transaction, events: Event[]): Promise<Map<string, Batch>> {
  const numbers = events.flatMap(({ action, subject }) => (action === 'batch.upload' && subject ? [subject] : []));
  if (numbers.length === 0) return new Map();
  const rows = await tx.select().from(batches).where(isOneOf(batches.cdBatch, numbers));
  return new Map(rows.map((batch) => [batch.cdBatch, batch]));
}

interface Count {
  place: string;
  metric: Metric;
  count: number;
}

/** What an event adds, and where: at its site or city, and in the province. */
function countsOf(event: Event, batch: Batch | undefined): Count[] {
  const added: [metric: string | undefined, count: number][] =
    event.action === 'batch.upload' && batch
      ? [
          ['upload.batches', 1],
          ['upload.accepted', batch.accepted],
          ['upload.unchanged', batch.unchanged],
          ['upload.rejected', batch.rejected],
        ]
      : [[metricOf(event), 1]];
  const place = batch?.cityCode ?? event.siteCode;
  return added.flatMap(([metric, count]) =>
    metric !== undefined && metric in METRICS && count > 0
      ? [PROVINCE, ...(place ? [place] : [])].map((at) => ({ place: at, metric: metric as Metric, count }))
      : [],
  );
}

/** A refusal counts by its code, whatever was asked for. */
function metricOf({ action, outcome }: Event): string | undefined {
  switch (action) {
    case 'scan.lookup':
      return `scan.${outcome}` in METRICS ? `scan.${outcome}` : refusalOf(outcome);
    case 'voucher.issue':
      return outcome === 'ok' ? 'voucher.issued' : refusalOf(outcome);
    case 'voucher.reprint':
      return outcome === 'ok' ? 'voucher.reprinted' : refusalOf(outcome);
    case 'voucher.void':
      return outcome === 'ok' ? 'voucher.voided' : undefined;
    default:
      return undefined;
  }
}

/** A code that has no line of its own is counted all the same. */
const refusalOf = (code: string) => (`refused.${code}` in METRICS ? `refused.${code}` : 'refused.OTHER');

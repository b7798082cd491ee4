/**
 * The audit trail as a chain: each row's hash is SM3 (GB/T 32905) over the hash before it and the row, so that a row changed,
 * removed, added or moved by hand breaks it. Ids have no gaps. docs/decisions/009 says what it proves and what not.
 */
import { hash } from 'node:crypto';
import { asc, eq, getTableColumns, gt, lte } from 'drizzle-orm';
import { given, prepared, type Queries, type Transaction, tables, type Value } from '../../db/index.ts';
import { searchableIfAny } from './searchable.ts';

const { auditEvents, auditHead } = tables;

export type AuditRow = Omit<typeof auditEvents.$inferSelect, 'searchable'>;
type Head = { lastId: number; hash: string };
const { searchable: _, ...columnsOfEvents } = getTableColumns(auditEvents);
/** What the chain holds of an event, and its hash. */
export const CHAINED = columnsOfEvents;

/** The end of the chain as the events of one transaction move it. They are written together, at its end, and the head once. */
const END = Symbol('end of the audit trail');
interface End extends Head {
  /** Who takes a write back goes back to the end before it, so none is changed. `row`: values of {@link KEYS}. */
  pending: { row: Value[]; before: End } | null;
}
/** The columns in the order in which they are hashed, behind the hash before: the row's own takes its place. `searchable` is no part of it. */
const KEYS: readonly (keyof typeof auditEvents.$inferSelect)[] = [
  'hash',
  'id',
  'at',
  'action',
  'outcome',
  'actor',
  'actorRole',
  'siteCode',
  'subject',
  'detail',
  'requestId',
  'searchable',
];
/** Keys of the rows of `audit_head`. */
export const HEAD_KEY = 1;
const ANCHOR_KEY = 2;
/** Rows read at once: two milliseconds' work, so that nobody waits long. */
const PAGE = 250;

/** What the hash of a row is taken of. */
function hashed(previous: string, id: number, event: Omit<AuditRow, 'id' | 'hash'>): Value[] {
  const { at, action, outcome, actor, actorRole, siteCode, subject, detail, requestId } = event;
  return [previous, id, at, action, outcome, actor, actorRole, siteCode, subject, detail, requestId];
}
const hashOfValues = (values: Value[]): string => hash('sm3', JSON.stringify(values));

/** @returns 64 hex digits, over every column */
export const hashOf = (previous: string, row: Omit<AuditRow, 'hash'>): string =>
  hashOfValues(hashed(previous, row.id, row));

/** Adds a row to the end of the chain. It can be read once the transaction is committed. */
export async function appendEvent(tx: Transaction, event: Omit<AuditRow, 'id' | 'hash'>): Promise<void> {
  const before = tx.kept.get<End>(END) ?? (await readEnd(tx));
  const lastId = before.lastId + 1;
  const row = hashed(before.hash, lastId, event);
  const hash = hashOfValues(row);
  row[0] = hash;
  row.push(0);
  tx.kept.set<End>(END, { lastId, hash, pending: { row, before } }, saveEnd);
}

async function readEnd(tx: Transaction): Promise<End> {
  const last = await readLast(tx);
  // Another may have been quicker.
  return tx.kept.get<End>(END) ?? { ...last, pending: null };
}

async function saveEnd(tx: Transaction, end: End): Promise<void> {
  const rows: Value[][] = [];
  for (let { pending } = end; pending; pending = pending.before.pending) rows.push(pending.row);
  await tx.insertMany(auditEvents, KEYS, rows.reverse());
  await moveHead(tx, { lastId: end.lastId, hash: end.hash });
}

async function readLast(tx: Transaction): Promise<Head> {
  const [head] = await readHead(tx, {});
  if (!head) throw new Error('the audit trail has no head');
  return head.lastId === 0 ? chainEarlierRows(tx) : head;
}

const readHead = prepared((db: Pick<Queries, 'select'>) =>
  db.select().from(auditHead).where(eq(auditHead.key, HEAD_KEY)),
);
const moveHead = prepared((tx: Transaction) =>
  tx
    .update(auditHead)
    .set({ lastId: given('lastId'), hash: given('hash') } as never)
    .where(eq(auditHead.key, HEAD_KEY)),
);

/** Versions before the chain left rows without hash: the first event afterwards chains them. */
async function chainEarlierRows(tx: Transaction): Promise<Head> {
  let head: Head = { lastId: 0, hash: '' };
  for await (const rows of inPages(tx)) {
    for (const row of rows) {
      const hash = hashOf(head.hash, row);
      await tx.update(auditEvents).set({ hash }).where(eq(auditEvents.id, row.id));
      head = { lastId: row.id, hash };
    }
  }
  return head;
}

export type Verdict =
  | { whole: true; count: number; head: string }
  /** `row`: the first that is not as it was written. */
  | { whole: false; row: number; fault: Fault };
/** `hidden`: as it was written, but taken out of the indexes, so that searches do not find it. */
export type Fault = 'changed' | 'missing' | 'added' | 'hidden';

/**
 * Walks the whole chain page by page, letting other requests in between; events may be written meanwhile.
 * @param options.onPage told how many rows were found right so far; waited for
 * @param options.signal ends it, with its reason
 */
export async function verifyChain(
  db: Pick<Queries, 'select'>,
  { onPage, signal }: { onPage?: (count: number) => void | Promise<void>; signal?: AbortSignal } = {},
): Promise<Verdict> {
  let last = await readAnchor(db);
  const searchable = await searchableIfAny(db);
  const columns = searchable === null ? CHAINED : getTableColumns(auditEvents);
  let count = 0;
  for (;;) {
    const before = count;
    for await (const rows of inPages(db, count === 0 ? undefined : last.lastId, columns)) {
      for (const row of rows) {
        if (row.id <= last.lastId) return { whole: false, row: row.id, fault: 'added' };
        if (row.id > last.lastId + 1) {
          // Old events may have been removed by their age meanwhile.
          const anchor = await readAnchor(db);
          if (anchor.lastId + 1 !== row.id) return { whole: false, row: last.lastId + 1, fault: 'missing' };
          last = anchor;
        }
        if (row.hash !== hashOf(last.hash, row)) return { whole: false, row: row.id, fault: 'changed' };
        if (row.id <= (searchable ?? 0) && row.searchable === 0) return { whole: false, row: row.id, fault: 'hidden' };
        last = { lastId: row.id, hash: row.hash };
        count += 1;
      }
      await onPage?.(count);
      signal?.throwIfAborted();
    }
    // Rows and head are written together: this head is never older than the rows above.
    const [head] = await readHead(db, {});
    if (!head || head.lastId < last.lastId) return { whole: false, row: (head?.lastId ?? 0) + 1, fault: 'added' };
    if (head.lastId === last.lastId) {
      // What comes next would be taken for searchable, and not be found.
      if ((searchable ?? 0) > head.lastId) return { whole: false, row: head.lastId + 1, fault: 'hidden' };
      return head.hash === last.hash
        ? { whole: true, count, head: head.hash }
        : { whole: false, row: last.lastId, fault: 'changed' };
    }
    if (count === before) return { whole: false, row: last.lastId + 1, fault: 'missing' };
  }
}

async function readAnchor(db: Pick<Queries, 'select'>): Promise<Head> {
  const [anchor] = await db.select().from(auditHead).where(eq(auditHead.key, ANCHOR_KEY));
  return anchor ?? { lastId: 0, hash: '' };
}

/**
 * Removes the oldest events, from the beginning on and without a gap, and keeps the last one's id and hash as the anchor that the rest is
 * chained to.
 * @param limits.before ISO 8601: an event of this time or later ends it
 * @param limits.upTo id of the last that may go
 * @param limits.most rows at most
 * @returns how many, and the anchor
 * @throws Error where the rows are not as they were written: evidence is not removed
 */
export async function cutChain(
  tx: Transaction,
  { before, upTo, most }: { before: string; upTo: number; most: number },
): Promise<{ removed: number; anchor: Head }> {
  const anchor = await readAnchor(tx);
  const rows = await tx.select().from(auditEvents).orderBy(asc(auditEvents.id)).limit(most);
  let last = anchor;
  for (const row of rows) {
    if (row.at >= before || row.id > upTo || row.hash === null) break;
    if (row.id !== last.lastId + 1 || row.hash !== hashOf(last.hash, row)) {
      throw new Error(`the audit trail is broken at row ${row.id}: run npm run audit:verify`);
    }
    last = { lastId: row.id, hash: row.hash };
  }
  const removed = last.lastId - anchor.lastId;
  if (removed === 0) return { removed, anchor };
  await tx.delete(auditEvents).where(lte(auditEvents.id, last.lastId));
  const values = { lastId: last.lastId, hash: last.hash };
  await tx
    .insert(auditHead)
    .values({ key: ANCHOR_KEY, ...values })
    .onConflictDoUpdate({ target: auditHead.key, set: values });
  return { removed, anchor: values };
}

/** Rows by id, from behind `after`, or from the very first: a row put in by hand may have any number. */
async function* inPages(
  db: Pick<Queries, 'select'>,
  after?: number,
  columns: typeof CHAINED & { searchable?: typeof auditEvents.searchable } = CHAINED,
): AsyncGenerator<(AuditRow & { searchable?: number })[]> {
  for (let last = after; ; ) {
    const rows = await db
      .select(columns)
      .from(auditEvents)
      .where(last === undefined ? undefined : gt(auditEvents.id, last))
      .orderBy(asc(auditEvents.id))
      .limit(PAGE);
    if (rows.length === 0) return;
    yield rows;
    last = rows.at(-1)?.id;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

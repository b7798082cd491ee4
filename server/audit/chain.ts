/**
 * The audit trail as a chain: each row's hash is SM3 (GB/T 32905) over the hash before it and the row, so that a row changed,
 * removed, added or moved by hand breaks it. Ids have no gaps. docs/decisions/009 says what it proves and what not.
 */
import { createHash } from 'node:crypto';
import { asc, eq, gt } from 'drizzle-orm';
import { type Queries, type Transaction, tables } from '../../db/index.ts';

const { auditEvents, auditHead } = tables;

export type AuditRow = typeof auditEvents.$inferSelect;
type Head = { lastId: number; hash: string };

/** Key of the only row of `audit_head`. */
export const HEAD_KEY = 1;
/** Rows read at once: two milliseconds' work, so that nobody waits long. */
const PAGE = 250;

/** @returns 64 hex digits, over every column */
export function hashOf(previous: string, row: Omit<AuditRow, 'hash'>): string {
  const { id, at, action, outcome, actor, actorRole, siteCode, subject, detail, requestId } = row;
  const canonical = [previous, id, at, action, outcome, actor, actorRole, siteCode, subject, detail, requestId];
  return createHash('sm3').update(JSON.stringify(canonical)).digest('hex');
}

/** Adds a row to the end of the chain. */
export async function appendEvent(tx: Transaction, event: Omit<AuditRow, 'id' | 'hash'>): Promise<void> {
  const [head] = await tx.select().from(auditHead).where(eq(auditHead.key, HEAD_KEY));
  if (!head) throw new Error('the audit trail has no head');
  const last = head.lastId === 0 ? await chainEarlierRows(tx) : head;
  const row = { ...event, id: last.lastId + 1 };
  const hash = hashOf(last.hash, row);
  await tx.insert(auditEvents).values({ ...row, hash });
  await tx.update(auditHead).set({ lastId: row.id, hash }).where(eq(auditHead.key, HEAD_KEY));
}

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
  | { whole: false; row: number; fault: 'changed' | 'missing' | 'added' };

/**
 * Walks the whole chain page by page, letting other requests in between; events may be written meanwhile.
 * @param options.onPage told how many rows were found right so far; waited for
 * @param options.signal ends it, with its reason
 */
export async function verifyChain(
  db: Pick<Queries, 'select'>,
  { onPage, signal }: { onPage?: (count: number) => void | Promise<void>; signal?: AbortSignal } = {},
): Promise<Verdict> {
  let last: Head = { lastId: 0, hash: '' };
  let count = 0;
  for (;;) {
    const before = count;
    for await (const rows of inPages(db, count === 0 ? undefined : last.lastId)) {
      for (const row of rows) {
        if (row.id <= last.lastId) return { whole: false, row: row.id, fault: 'added' };
        if (row.id > last.lastId + 1) return { whole: false, row: last.lastId + 1, fault: 'missing' };
        if (row.hash !== hashOf(last.hash, row)) return { whole: false, row: row.id, fault: 'changed' };
        last = { lastId: row.id, hash: row.hash };
        count += 1;
      }
      await onPage?.(count);
      signal?.throwIfAborted();
    }
    // Rows and head are written together: this head is never older than the rows above.
    const [head] = await db.select().from(auditHead).where(eq(auditHead.key, HEAD_KEY));
    if (!head || head.lastId < last.lastId) return { whole: false, row: (head?.lastId ?? 0) + 1, fault: 'added' };
    if (head.lastId === last.lastId) {
      return head.hash === last.hash
        ? { whole: true, count, head: head.hash }
        : { whole: false, row: last.lastId, fault: 'changed' };
    }
    if (count === before) return { whole: false, row: last.lastId + 1, fault: 'missing' };
  }
}

/** Rows by id, from behind `after`, or from the very first: a row put in by hand may have any number. */
async function* inPages(db: Pick<Queries, 'select'>, after?: number): AsyncGenerator<AuditRow[]> {
  for (let last = after; ; ) {
    const rows = await db
      .select()
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

/** Each kind of what is kept for a time: what of it is too old, and how some of that is removed. */
import { and, asc, eq, gt, inArray, lt, notExists, sql } from 'drizzle-orm';
import { isOneOf, type Queries, type Transaction, tables } from '../../db/index.ts';
import { cutChain } from '../audit/chain.ts';
import { isSearchable, searchableUpTo } from '../audit/searchable.ts';
import { shanghaiDay, shanghaiTime } from '../time.ts';
import type { Retention } from './retention.ts';

const { auditEvents, vouchers, batchIssues, batches, records, recordFacets, recordChanges } = tables;
const { cityOutbox, sessions } = tables;

/** Rows of one transaction: some milliseconds. */
const ROWS_AT_ONCE = 500;
const DAY_MS = 24 * 60 * 60 * 1000;
/** States in which nothing is left to be done with a row of the outbox. */
const SETTLED = ['accepted', 'retried', 'unsaid'] as const;

export interface Kind {
  count(db: Queries): Promise<number>;
  /** `done`: there is no more. */
  removeSome(tx: Transaction): Promise<{ removed: number; done: boolean }>;
}

export function kindsOf(retention: Retention, now: Date): Record<keyof Retention, Kind> {
  const before = (kind: keyof Retention) => new Date(now.getTime() - retention[kind] * DAY_MS);
  return {
    vouchers: oldVouchers(shanghaiDay(before('vouchers'))),
    issues: oldIssues(before('issues').toISOString()),
    withdrawn: oldWithdrawals(shanghaiTime(before('withdrawn'))),
    outbox: oldOutboxRows(before('outbox').toISOString()),
    sessions: endedSessions(before('sessions')),
    // Last: what the others did is told behind what goes here.
    audit: oldEvents(before('audit').toISOString()),
  };
}

/** Events that the figures have counted, from the first on. */
function oldEvents(before: string): Kind {
  return {
    count: (db) => db.$count(auditEvents, and(lt(auditEvents.at, before), isSearchable)),
    async removeSome(tx) {
      const { removed } = await cutChain(tx, { before, upTo: await searchableUpTo(tx), most: ROWS_AT_ONCE });
      return { removed, done: removed < ROWS_AT_ONCE };
    },
  };
}

/** With what their paper says. The counters of serials stay for good: no number is given twice. */
function oldVouchers(beforeDay: string): Kind {
  const old = lt(vouchers.day, beforeDay);
  return {
    count: (db) => db.$count(vouchers, old),
    async removeSome(tx) {
      const rows = await tx.select({ no: vouchers.voucherNo }).from(vouchers).where(old).limit(ROWS_AT_ONCE);
      await tx.delete(vouchers).where(
        isOneOf(
          vouchers.voucherNo,
          rows.map(({ no }) => no),
        ),
      );
      return { removed: rows.length, done: rows.length < ROWS_AT_ONCE };
    },
  };
}

/** Batches are in the order of their time: the first that is young ends it. Receipts keep their counts. */
function oldIssues(before: string): Kind {
  return {
    async count(db) {
      const [row] = await db
        .select({ rows: sql<number>`count(*)` })
        .from(batchIssues)
        .innerJoin(batches, eq(batches.id, batchIssues.batchId))
        .where(lt(batches.receivedAt, before));
      return row?.rows ?? 0;
    },
    async removeSome(tx) {
      const rows = await tx
        .select({ id: batchIssues.id, receivedAt: batches.receivedAt })
        .from(batchIssues)
        .innerJoin(batches, eq(batches.id, batchIssues.batchId))
        .orderBy(asc(batchIssues.batchId), asc(batchIssues.row))
        .limit(ROWS_AT_ONCE);
      const old = rows.filter(({ receivedAt }) => receivedAt < before).map(({ id }) => id);
      await tx.delete(batchIssues).where(isOneOf(batchIssues.id, old));
      return { removed: old.length, done: old.length < ROWS_AT_ONCE };
    },
  };
}

/** Records that authenticate nobody any more, with their history. One that a voucher names stays as long as the voucher. */
function oldWithdrawals(before: string): Kind {
  const named = (db: Pick<Queries, 'select'>) => {
    const found = db.select({ one: sql`1` }).from(vouchers).where(eq(vouchers.recordId, records.id));
    return notExists(found);
  };
  const old = (db: Pick<Queries, 'select'>) =>
    and(
      inArray(
        records.facetId,
        db.select({ id: recordFacets.id }).from(recordFacets).where(eq(recordFacets.state, 'withdrawn')),
      ),
      lt(records.cdTime, before),
      named(db),
    );
  return {
    count: (db) => db.$count(records, old(db)),
    async removeSome(tx) {
      const rows = await tx.select({ seq: records.seq }).from(records).where(old(tx)).limit(ROWS_AT_ONCE);
      const seqs = rows.map(({ seq }) => seq);
      await tx.delete(recordChanges).where(isOneOf(recordChanges.recordSeq, seqs));
      await tx.delete(records).where(isOneOf(records.seq, seqs));
      return { removed: rows.length, done: rows.length < ROWS_AT_ONCE };
    },
  };
}

/**
 * Settled rows behind which the province has accepted a newer one of the same record. The last stays: it says that the province has the
 * record, and the reconciliation compares it. No row that is settled holds personal data.
 */
function oldOutboxRows(before: string): Kind {
  const superseded = sql`exists (select 1 from "city_outbox" as later where later.record_id = ${cityOutbox.recordId}
    and later.id > ${cityOutbox.id} and later.state = 'accepted')`;
  const old = and(inArray(cityOutbox.state, SETTLED), lt(cityOutbox.createdAt, before), superseded);
  let after = 0;
  return {
    count: (db) => db.$count(cityOutbox, old),
    async removeSome(tx) {
      const rows = await tx
        .select({ id: cityOutbox.id, createdAt: cityOutbox.createdAt })
        .from(cityOutbox)
        .where(gt(cityOutbox.id, after))
        .orderBy(asc(cityOutbox.id))
        .limit(ROWS_AT_ONCE);
      after = rows.at(-1)?.id ?? after;
      const ids = rows.map(({ id }) => id);
      const removed = await tx
        .delete(cityOutbox)
        .where(and(isOneOf(cityOutbox.id, ids), old))
        .returning({ id: cityOutbox.id });
      return { removed: removed.length, done: rows.length < ROWS_AT_ONCE || (rows.at(-1)?.createdAt ?? '') >= before };
    },
  };
}

function endedSessions(before: Date): Kind {
  const old = lt(sessions.expiresAt, before);
  return {
    count: (db) => db.$count(sessions, old),
    async removeSome(tx) {
      const rows = await tx.select({ id: sessions.id }).from(sessions).where(old).limit(ROWS_AT_ONCE);
      await tx.delete(sessions).where(
        isOneOf(
          sessions.id,
          rows.map(({ id }) => id),
        ),
      );
      return { removed: rows.length, done: rows.length < ROWS_AT_ONCE };
    },
  };
}

/** A batch of the outbox: numbered before it leaves, sent as often as it takes, settled by its receipt. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { and, asc, desc, eq, gte, lt } from 'drizzle-orm';
import {
  atMost,
  type Db,
  given,
  isOneOf,
  isOpen,
  prepared,
  type Queries,
  type RefusedField,
  type Transaction,
  tables,
} from '../../db/index.ts';
import { type Province, requestOnce, Unavailable } from '../exchange/client/send.ts';
import type { Receipt, RecordError } from '../exchange/wire.ts';
import { shanghaiTime } from '../time.ts';
import { forget, isTaken } from './enqueue.ts';

const { cityOutbox, cityResidents } = tables;
const isWaiting = and(isOpen(cityOutbox.state), eq(cityOutbox.state, 'waiting'));
type Row = typeof cityOutbox.$inferSelect;

export interface OutboxBatch {
  cdBatch: string;
  /** In the order in which they are sent. */
  rows: Row[];
  /** Whether others stood behind them. */
  hasMore: boolean;
}

const BATCHES = '/api/exchange/v1/batches';
/** Of a batch. */
export const MOST_ROWS = 5000;
/** The province applies a batch as a whole, and its scans wait meanwhile: small ones, unless so much waits that they would take for ever. */
export const FEW_ROWS = 25;
const MUCH_WAITS = 2000;
/** The province applies batches one after another. */
const TIMEOUT_MS = 60_000;
const zip = promisify(gzip);

/**
 * The batch that is under way, or a new one of what waits. The oldest rows go first, of each record one: the province takes an id once
 * a batch, and a record's next row must not overtake it.
 * @param mostRows of a new one
 */
export async function openBatch(db: Db, cityCode: string, mostRows = MOST_ROWS): Promise<OutboxBatch | null> {
  const [sent] = await readSent(db.read, {});
  if (sent?.cdBatch) return { cdBatch: sent.cdBatch, rows: await rowsOf(db, sent.cdBatch), hasMore: true };
  // Opened outside of the transaction: whoever writes would wait meanwhile. Nobody but this upload sends what waits.
  const much = (await readManieth(db.read, {})).length > 0;
  const most = much ? mostRows : Math.min(mostRows, FEW_ROWS);
  const waiting = await (most === FEW_ROWS ? readFew(db.read, {}) : oldest(db.read).limit(most));
  const taken = new Set<string>();
  const rows = waiting.filter(({ recordId }) => !taken.has(recordId) && taken.add(recordId));
  if (rows.length === 0) return null;
  const hasMore = waiting.length === most || rows.length < waiting.length;
  return db.write(
    async (tx) => {
      const cdBatch = await nextNumber(tx, cityCode);
      const ids = JSON.stringify(rows.map(({ id }) => id));
      // Some may be unsaid by now.
      const sending = new Set((await markSent(tx, { ids, cdBatch })).map(({ id }) => id));
      const left = rows.filter(({ id }) => sending.has(id));
      if (left.length === 0) return null;
      return { cdBatch, rows: left, hasMore: hasMore || left.length < rows.length };
    },
    { gather: true },
  );
}
const readSent = prepared((db: Queries) =>
  db
    .select()
    .from(cityOutbox)
    .where(and(isOpen(cityOutbox.state), eq(cityOutbox.state, 'sent')))
    .orderBy(asc(cityOutbox.id))
    .limit(atMost(1)),
);
const readManieth = prepared((db: Queries) =>
  db
    .select({ id: cityOutbox.id })
    .from(cityOutbox)
    .where(isWaiting)
    .orderBy(asc(cityOutbox.id))
    .limit(atMost(1))
    .offset(atMost(MUCH_WAITS - 1)),
);
const oldest = (db: Queries) => db.select().from(cityOutbox).where(isWaiting).orderBy(asc(cityOutbox.id));
const readFew = prepared((db: Queries) => oldest(db).limit(atMost(FEW_ROWS)));
const markSent = prepared((tx: Transaction) =>
  tx
    .update(cityOutbox)
    .set({ state: 'sent', cdBatch: given('cdBatch') as never })
    .where(and(isOneOf(cityOutbox.id, given('ids')), eq(cityOutbox.state, 'waiting')))
    .returning({ id: cityOutbox.id }),
);

/**
 * Gives a batch that is under way another number.
 * @param kept so many of its rows, the first; the others wait again, as they are behind these
 */
export async function renumber(db: Db, cityCode: string, { cdBatch, rows }: OutboxBatch, kept: number): Promise<void> {
  const ofBatch = and(eq(cityOutbox.cdBatch, cdBatch), eq(cityOutbox.state, 'sent'));
  const later = rows.slice(kept).map(({ id }) => id);
  await db.write(async (tx) => {
    const next = await nextNumber(tx, cityCode);
    await tx
      .update(cityOutbox)
      .set({ state: 'waiting', cdBatch: null })
      .where(and(ofBatch, isOneOf(cityOutbox.id, later)));
    await tx.update(cityOutbox).set({ cdBatch: next }).where(ofBatch);
  });
}

/** What became of each row: accepted, or refused with its errors. */
export interface Answer {
  receipt: Omit<Receipt, 'errors'>;
  /** By row, from 1. */
  refused: Map<number, RefusedField[]>;
}

/** @throws Refused (the whole batch), Unavailable */
export async function sendBatch(
  province: Province,
  { cdBatch, rows }: OutboxBatch,
  signal: AbortSignal,
): Promise<Answer> {
  const lines = rows.map(({ record, operation, cdTime }) =>
    JSON.stringify({ ...record, cd_time: cdTime, cd_batch: cdBatch, cd_operation: operation }),
  );
  const body = await zip(lines.join('\n'), { level: 1 });
  const patience = () => ({ signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) });
  const answer = await requestOnce(province, 'POST', `${BATCHES}?cd_batch=${cdBatch}`, { body, ...patience() });
  const { errors, ...receipt } = readReceipt(answer);
  if (receipt.cd_batch !== cdBatch || receipt.total !== rows.length) {
    throw new Unavailable(`省平台对批次 ${cdBatch} 的回执不完整`);
  }
  const refused = byRow(errors);
  if (refused.size === receipt.rejected) return { receipt, refused };
  // The receipt holds the first errors only.
  const csv = await requestOnce(province, 'GET', `${BATCHES}/${cdBatch}/errors.csv`, patience());
  const all = parse(csv, { columns: true, bom: true }) as (Record<keyof RecordError, string> & { severity: string })[];
  return { receipt, refused: byRow(all.filter(({ severity }) => severity === 'error')) };
}

/** Every row of a batch gets its end, in one transaction. */
export async function settle(db: Db, { cdBatch, rows }: OutboxBatch, { receipt, refused }: Answer): Promise<void> {
  if (refused.size !== receipt.rejected) throw new Error('the receipt and its errors do not agree');
  const settledAt = new Date().toISOString();
  const refusedRows = rows.flatMap((row, n) => {
    const errors = refused.get(n + 1);
    return errors ? [{ ...row, errors }] : [];
  });
  await db.write(
    async (tx) => {
      if (refusedRows.length > 0) await refuse(tx, refusedRows, settledAt);
      await acceptSent(tx, { cdBatch, settledAt });
    },
    { gather: true },
  );
}
const acceptSent = prepared((tx: Transaction) =>
  tx
    .update(cityOutbox)
    .set({ state: 'accepted', record: null, settledAt: given('settledAt') as never })
    .where(and(eq(cityOutbox.cdBatch, given('cdBatch')), eq(cityOutbox.state, 'sent'))),
);

async function refuse(tx: Transaction, rows: (Row & { errors: RefusedField[] })[], settledAt: string): Promise<void> {
  const records = rows.map(({ recordId }) => recordId);
  const residents = await tx
    .select({ recordId: cityResidents.recordId })
    .from(cityResidents)
    .where(isOneOf(cityResidents.recordId, records));
  const here = new Set(residents.map(({ recordId }) => recordId));
  for (const { id, recordId, operation, errors } of rows) {
    await tx.update(cityOutbox).set({ state: 'refused', errors, settledAt }).where(eq(cityOutbox.id, id));
    if (here.has(recordId)) continue;
    // The resident withdrew meanwhile: what the province never took it need not delete.
    if (!(await isTaken(tx, recordId))) await forget(tx, recordId);
    else if (operation !== 'd') await forget(tx, recordId, ['refused']);
  }
}

function rowsOf(db: Db, cdBatch: string): Promise<Row[]> {
  return db.read
    .select()
    .from(cityOutbox)
    .where(and(eq(cityOutbox.cdBatch, cdBatch), eq(cityOutbox.state, 'sent')))
    .orderBy(asc(cityOutbox.id));
}

/**
 * 批次号: city, yyMMddHHmmss, three of serial; always behind the city's last one, whatever the clock says. Numbers under another city's code
 * are of a configuration that was wrong.
 */
async function nextNumber(tx: Transaction, cityCode: string): Promise<string> {
  const [last] = await readLast(tx, { from: cityCode, until: `${cityCode}~` });
  const stamp = shanghaiTime(new Date()).replace(/\D/g, '').slice(2);
  const first = BigInt(`${cityCode}${stamp}001`);
  const after = BigInt(last?.cdBatch ?? 0) + 1n;
  return String(after > first ? after : first).padStart(19, '0');
}

const readLast = prepared((tx: Transaction) =>
  tx
    .select({ cdBatch: cityOutbox.cdBatch })
    .from(cityOutbox)
    .where(and(gte(cityOutbox.cdBatch, given('from')), lt(cityOutbox.cdBatch, given('until'))))
    .orderBy(desc(cityOutbox.cdBatch))
    .limit(atMost(1)),
);

function byRow(errors: Record<'row' | 'field' | 'code' | 'message', string | number>[]): Map<number, RefusedField[]> {
  const rows = new Map<number, RefusedField[]>();
  for (const { row, field, code, message } of errors) {
    const told = { field: String(field), code: String(code), message: String(message) };
    rows.set(Number(row), [...(rows.get(Number(row)) ?? []), told]);
  }
  return rows;
}

/** @throws Unavailable: an answer that is none, of a proxy between */
function readReceipt(text: string): Receipt {
  try {
    return JSON.parse(text) as Receipt;
  } catch {
    throw new Unavailable('省平台的回执无法识别');
  }
}

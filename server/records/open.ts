import { desc, eq } from 'drizzle-orm';
import { type Db, type Queries, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiTime } from '../time.ts';
import { describeFields } from './describe-fields.ts';
import { stateOf } from './facets.ts';
import { FIELDS } from './fields.ts';
import type { AuthenticationRecord } from './find-by-card.ts';
import { issueOf } from './issues.ts';

/** Changes of a record that are shown, newest first. */
const HISTORY = 200;
const labels = new Map<string, string>(FIELDS.map(({ name, label }) => [name, label]));

/** @throws DomainError RECORD_NOT_FOUND */
export async function getRecord(db: Pick<Db, 'read'>, id: string): Promise<AuthenticationRecord> {
  const [record] = await db.read.select().from(tables.records).where(eq(tables.records.id, id));
  if (!record) throw new DomainError('RECORD_NOT_FOUND', '没有这条认证记录', 'id');
  return record;
}

/**
 * One record: the 25 fields in the specification's names, masked, with dictionary names, the app and city it came from,
 * what is odd about it, and its changes.
 * @throws DomainError FORBIDDEN (province only), RECORD_NOT_FOUND
 */
export async function openRecord(db: Db, actor: Actor, input: { id: string }) {
  const who = authorise(actor, 'province');
  const record = await getRecord(db, input.id);
  const [app, city, history] = await Promise.all([
    findApp(db.read, record.appRecordNoRecognize),
    findCityName(db.read, record.cdSource),
    listChanges(db.read, record.seq),
  ]);
  await db.write((tx) => recordEvent(tx, who, { action: 'record.open', outcome: 'ok', subject: record.id }));
  return {
    state: stateOf(record),
    appName: app?.appName ?? null,
    appState: app?.state ?? null,
    cityName: city ?? null,
    warnings: words(record.warnings).map((key) => {
      const { field, message } = issueOf(key);
      return { field, message };
    }),
    history,
    fields: describeFields(record, { masked: true }),
  };
}

async function findApp(db: Queries, appRecordNoRecognize: string) {
  const { filings } = tables;
  const [app] = await db.select().from(filings).where(eq(filings.appRecordNoRecognize, appRecordNoRecognize));
  return app;
}

async function findCityName(db: Queries, code: string) {
  const [city] = await db.select().from(tables.cities).where(eq(tables.cities.code, code));
  return city?.name;
}

/** Which batch changed what, by whose app; fields by their labels, never what they held. */
async function listChanges(db: Queries, recordSeq: number) {
  const { recordChanges, batches, filings } = tables;
  const rows = await db
    .select({ change: recordChanges, cdBatch: batches.cdBatch, receivedAt: batches.receivedAt, app: filings.appName })
    .from(recordChanges)
    .innerJoin(batches, eq(batches.id, recordChanges.batchId))
    .leftJoin(filings, eq(filings.appRecordNoRecognize, recordChanges.appRecordNoRecognize))
    .where(eq(recordChanges.recordSeq, recordSeq))
    .orderBy(desc(recordChanges.id))
    .limit(HISTORY);
  return rows.map(({ change, cdBatch, receivedAt, app }) => ({
    id: change.id,
    at: shanghaiTime(new Date(receivedAt)),
    cdBatch,
    operation: change.operation,
    app: app ?? change.appRecordNoRecognize,
    changed: words(change.changedFields).map((name) => labels.get(name) ?? name),
  }));
}

const words = (joined: string | null) => (joined ?? '').split(' ').filter(Boolean);

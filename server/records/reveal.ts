import type { Db } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { describeFields } from './describe-fields.ts';
import { getRecord } from './open.ts';

/**
 * The 25 fields of a record in full. Why they were asked for stands in the audit trail before the answer leaves.
 * @throws DomainError FORBIDDEN (province only), RECORD_NOT_FOUND
 */
export async function revealRecord(db: Db, actor: Actor, input: { id: string; reason: string }) {
  const who = authorise(actor, 'province');
  const record = await getRecord(db, input.id);
  await db.write((tx) =>
    recordEvent(tx, who, { action: 'record.reveal', outcome: 'ok', subject: record.id, detail: input.reason }),
  );
  return describeFields(record, { masked: false });
}

import type { Transaction } from '../../db/index.ts';
import type { Actor, PlatformActor, SystemActor } from '../staff/actor.ts';
import { isoNow } from '../time.ts';
import { appendEvent } from './chain.ts';
import type { AuditAction, AuditOutcome } from './schema.ts';

export interface AuditEvent {
  action: AuditAction;
  /** `ok`, or the code of what was refused. */
  outcome: AuditOutcome;
  /** Card number, record id, voucher number, batch number, site code, app id or staff id; never a name, a phone or a document number. */
  subject?: string;
  detail?: string;
}

/** Adds a row to the audit trail, in the transaction of what it tells. */
export function recordEvent(
  tx: Transaction,
  actor: Actor | SystemActor | PlatformActor,
  event: AuditEvent,
): Promise<void> {
  const { actor: who, actorRole, siteCode } = whoIs(actor);
  return appendEvent(tx, {
    at: isoNow(),
    action: event.action,
    outcome: event.outcome,
    actor: who,
    actorRole,
    siteCode,
    // As it will be read again: half of a surrogate pair is stored as U+FFFD, and hashed it would look changed.
    subject: event.subject?.toWellFormed() ?? null,
    detail: event.detail?.toWellFormed() ?? null,
    requestId: actor.requestId,
  });
}

function whoIs(actor: Actor | SystemActor | PlatformActor) {
  switch (actor.kind) {
    case 'staff':
      return { actor: actor.id, actorRole: actor.role, siteCode: actor.siteCode };
    case 'platform':
      return { actor: `app:${actor.appId}`, actorRole: 'platform', siteCode: null };
    case 'system':
      return { actor: `system:${actor.program}`, actorRole: 'system', siteCode: null };
  }
}

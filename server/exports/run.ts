import type { Db } from '../../db/index.ts';
import { filterWords as auditFilterWords } from '../audit/browse.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { AuditAction } from '../audit/schema.ts';
import { filterWords as recordFilterWords } from '../records/browse.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import type { Role } from '../staff/schema.ts';
import type { Exports } from './jobs.ts';
import type { ExportInput, ExportJob } from './schema.ts';

/** Who may export what, and how the audit trail calls it. */
const SOURCES: Record<ExportInput['source'], { role: Role; action: AuditAction }> = {
  records: { role: 'province', action: 'record.export' },
  audit: { role: 'auditor', action: 'audit.export' },
};
const MAY = Object.values(SOURCES).map(({ role }) => role);

/**
 * Begins an export in the background. Audited first: what it asked for, never whom.
 * @throws DomainError FORBIDDEN, EXPORT_RUNNING
 */
export async function startExport(db: Db, exports: Exports, actor: Actor, input: ExportInput): Promise<ExportJob> {
  const { role, action } = SOURCES[input.source];
  const who = authorise(actor, role);
  const asked = input.source === 'records' ? recordFilterWords(input.filter) : auditFilterWords(input.filter);
  const detail = `${input.format} ${asked}`;
  await db.write((tx) => recordEvent(tx, who, { action, outcome: 'ok', detail }));
  return exports.start(who.id, input);
}

/** @throws DomainError FORBIDDEN */
export async function listExports(exports: Exports, actor: Actor): Promise<ExportJob[]> {
  return exports.list(authorise(actor, ...MAY).id);
}

/** @throws DomainError FORBIDDEN, EXPORT_NOT_FOUND, EXPORT_NOT_READY */
export async function cancelExport(db: Db, exports: Exports, actor: Actor, input: { id: string }): Promise<ExportJob> {
  const who = authorise(actor, ...MAY);
  const job = exports.cancel(who.id, input.id);
  await db.write((tx) => recordEvent(tx, who, { action: 'export.cancel', outcome: 'ok', subject: job.id }));
  return job;
}

/**
 * The file of one's own export.
 * @throws DomainError FORBIDDEN, EXPORT_NOT_FOUND, EXPORT_NOT_READY
 */
export async function openExport(db: Db, exports: Exports, actor: Actor, input: { id: string }) {
  const who = authorise(actor, ...MAY);
  const job = exports.find(who.id, input.id);
  const told = { outcome: 'ok' as const, subject: job.id, detail: String(job.rows) };
  await db.write((tx) => recordEvent(tx, who, { action: 'export.download', ...told }));
  return job;
}

import { and, asc, eq, getTableColumns, isNull } from 'drizzle-orm';
import { type Queries, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';

const { filings, filingFiles } = tables;

const { content: _content, ...DESCRIBED } = getTableColumns(filingFiles);

export type Filing = typeof filings.$inferSelect;

/**
 * A filing that somebody may see: a city its own, the province all but what no city has submitted yet. What one may not see
 * is not found, so that numbers can't be tried out.
 * @throws DomainError FORBIDDEN (city and province only), FILING_NOT_FOUND
 */
export async function getFiling(db: Queries, actor: Actor, id: number): Promise<Filing> {
  const who = authorise(actor, 'city', 'province');
  const [filing] = await db.select().from(filings).where(eq(filings.id, id));
  const visible = who.role === 'city' ? filing?.cityCode === who.cityCode : filing && filing.version > 0;
  if (!filing || !visible) throw new DomainError('FILING_NOT_FOUND', '没有这份备案申请', 'id');
  return filing;
}

/** Files of a filing without their content, in the order they were added. */
export function listFiles(db: Queries, filingId: number, { removed = false } = {}) {
  return db
    .select(DESCRIBED)
    .from(filingFiles)
    .where(and(eq(filingFiles.filingId, filingId), removed ? undefined : isNull(filingFiles.removedAt)))
    .orderBy(asc(filingFiles.kind), asc(filingFiles.addedAt));
}

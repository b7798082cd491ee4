import { eq } from 'drizzle-orm';
import { type Queries, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import type { Sealer } from '../exchange/seal.ts';
import type { HealthCode } from '../health-code/parse.ts';
import { judgeDynamicCode } from '../issuers/judge-code.ts';

/** How long after its end a code is still taken, ms: clocks differ, and a scan takes its time. */
export const TOLERANCE = 5000;
/** The same for what a nurse does about a code that she scanned a while ago. */
export const SCANNED_BEFORE = 10 * 60 * 1000;

/** Which setting of a site decides about a code: a static one, or a dynamic one whose issuer the province does not know. */
type Setting = 'staticCodes' | 'unknownIssuers';

/**
 * Why no site takes a code: a dynamic one that is forged, or expired. Else the setting that decides, or null: every site takes it.
 * @param tolerance ms after its end at which a code is still taken
 */
export async function judgeCode(
  db: Pick<Queries, 'select'>,
  sealer: Sealer,
  code: HealthCode,
  tolerance: number,
): Promise<DomainError | Setting | null> {
  if (code.type !== 'dynamic') return 'staticCodes';
  const verdict = await judgeDynamicCode(db, sealer, code);
  if (verdict === 'unknown') return 'unknownIssuers';
  if (verdict === 'forged') return new DomainError('CODE_FORGED', '不是有效的电子健康码', 'code');
  if (Date.now() <= verdict.expiresAt.getTime() + tolerance) return null;
  return new DomainError('CODE_EXPIRED', '健康码已过期,请居民刷新', 'code');
}

/** Why a site does not take a code, by the setting that decides; or null. */
export function refusalAt(site: Record<Setting, boolean> | undefined, setting: Setting | null): DomainError | null {
  if (setting === null || site?.[setting]) return null;
  return setting === 'staticCodes'
    ? new DomainError('STATIC_CODE_REFUSED', '本单位不接受静态健康码,请居民出示动态码', 'code')
    : new DomainError('ISSUER_UNKNOWN', '本单位不接受未登记机构的健康码', 'code');
}

/** Both: why a site does not take a code that was scanned a while ago, or null. */
export async function findCodeRefusal(
  db: Pick<Queries, 'select'>,
  sealer: Sealer,
  siteCode: string,
  code: HealthCode,
): Promise<DomainError | null> {
  const judged = await judgeCode(db, sealer, code, SCANNED_BEFORE);
  if (judged instanceof DomainError) return judged;
  const [site] = await db.select().from(tables.sites).where(eq(tables.sites.code, siteCode));
  return refusalAt(site, judged);
}

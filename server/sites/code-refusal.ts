import { eq } from 'drizzle-orm';
import { given, prepared, type Queries, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import type { Sealer } from '../exchange/seal.ts';
import type { HealthCode } from '../health-code/parse.ts';
import { judgeDynamicCode } from '../issuers/judge-code.ts';

/** How long after its end a code is still taken, ms: clocks differ, and a scan takes its time. */
const TOLERANCE = 5000;
/** The same for what a nurse does about a code that she scanned a while ago. */
export const SCANNED_BEFORE = 10 * 60 * 1000;

/**
 * Why a site does not take a code, or null: a static one by the site's setting; a dynamic one that is forged, or expired; one whose issuer
 * the province does not know, by the site's setting.
 * @param tolerance ms after its end at which a code is still taken
 */
export async function findCodeRefusal(
  db: Pick<Queries, 'select'>,
  sealer: Sealer,
  siteCode: string,
  code: HealthCode,
  tolerance = TOLERANCE,
): Promise<DomainError | null> {
  const verdict = code.type === 'dynamic' ? await judgeDynamicCode(db, sealer, code) : null;
  if (verdict === 'forged') return new DomainError('CODE_FORGED', '不是有效的电子健康码', 'code');
  if (verdict && verdict !== 'unknown') {
    if (Date.now() <= verdict.expiresAt.getTime() + tolerance) return null;
    return new DomainError('CODE_EXPIRED', '健康码已过期,请居民刷新', 'code');
  }
  const [site] = await readSite(db, { siteCode });
  if (verdict === 'unknown') {
    return site?.unknownIssuers ? null : new DomainError('ISSUER_UNKNOWN', '本单位不接受未登记机构的健康码', 'code');
  }
  return site?.staticCodes
    ? null
    : new DomainError('STATIC_CODE_REFUSED', '本单位不接受静态健康码,请居民出示动态码', 'code');
}

const readSite = prepared((db: Pick<Queries, 'select'>) => {
  const { code, staticCodes, unknownIssuers } = tables.sites;
  return db
    .select({ staticCodes, unknownIssuers })
    .from(tables.sites)
    .where(eq(code, given('siteCode')));
});

import { eq } from 'drizzle-orm';
import { type Queries, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import type { HealthCode } from '../health-code/parse.ts';

/** Why a site does not take a code, or null. A dynamic code is taken everywhere, and costs no query. */
export async function findCodeRefusal(
  db: Pick<Queries, 'select'>,
  siteCode: string,
  code: HealthCode,
): Promise<DomainError | null> {
  if (code.type === 'dynamic') return null;
  const [site] = await db
    .select({ staticCodes: tables.sites.staticCodes })
    .from(tables.sites)
    .where(eq(tables.sites.code, siteCode));
  if (site?.staticCodes) return null;
  return new DomainError('STATIC_CODE_REFUSED', '本单位不接受静态健康码,请居民出示动态码', 'code');
}

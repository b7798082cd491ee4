import { eq } from 'drizzle-orm';
import { given, prepared, type Queries, tables } from '../../db/index.ts';
import type { Sealer } from '../exchange/seal.ts';
import { dynamicCodeKeys, readDynamicCode } from '../health-code/dynamic-code.ts';
import type { HealthCode } from '../health-code/parse.ts';

const { codeIssuers } = tables;

/**
 * What the province can say of a dynamic code: `unknown` when it names no issuer, or one whose secret it does not hold; `forged` when
 * the named issuer did not make it, or may not any more; else when it ends.
 */
export async function judgeDynamicCode(
  db: Pick<Queries, 'select'>,
  sealer: Sealer,
  code: HealthCode,
): Promise<'unknown' | 'forged' | { expiresAt: Date }> {
  if (!code.issuer) return 'unknown';
  const [issuer] = await readIssuer(db, { code: code.issuer });
  if (!issuer) return 'unknown';
  if (issuer.revokedAt !== null) return 'forged';
  for (const sealed of [issuer.sealed, previousOf(issuer)]) {
    const secret = sealed && sealer.open(sealed);
    // A secret that was sealed under another AUTH_SECRET proves nothing.
    const read = secret ? readDynamicCode(dynamicCodeKeys(secret), code) : null;
    if (read) return read;
  }
  return 'forged';
}

const readIssuer = prepared((db: Pick<Queries, 'select'>) =>
  db
    .select()
    .from(codeIssuers)
    .where(eq(codeIssuers.code, given('code'))),
);

/** The secret before the last rotation, while it holds. */
function previousOf({ previousSealed, previousUntil }: typeof codeIssuers.$inferSelect): string | null {
  return previousUntil !== null && previousUntil > new Date().toISOString() ? previousSealed : null;
}

import { hash, timingSafeEqual } from 'node:crypto';
import { and, eq, gt, isNull, lt, or, type SQL } from 'drizzle-orm';
import { allGiven, type Db, given, prepared, type Queries, type Transaction, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import type { PlatformActor } from '../staff/actor.ts';
import type { Sealer } from './seal.ts';
import { sign } from './signature.ts';

const { credentials, credentialSecrets, nonces } = tables;

/** How far a signed request's clock may be off, ms. */
const WINDOW = 5 * 60 * 1000;
const SIGNED = ['x-app-id', 'x-timestamp', 'x-nonce', 'x-sign'] as const;

/** Somebody who names a credential; {@link prove} says whether rightly, once the body was read. */
export interface Claim {
  actor: PlatformActor;
  /** Whether the body's SM3 must be known. */
  signed: boolean;
  /**
   * @param bodyDigest SM3 of the body as it came, 64 hex digits; not looked at unless `signed`
   * @throws DomainError SIGNATURE_INVALID, NONCE_REPLAYED
   */
  prove(bodyDigest: string): Promise<void>;
}

/** SHA-256 by which a secret is found; secrets are 256 random bits, so no slow hash is needed. */
export const digestOf = (secret: string) => hash('sha256', secret);

/**
 * Who sends: `Authorization: Bearer SECRET`, or the signed form (signature.ts).
 * @param target path and query of the request line
 * @throws DomainError UNAUTHENTICATED, SIGNATURE_INVALID, SIGNATURE_EXPIRED
 */
export async function authenticate(
  db: Db,
  sealer: Sealer,
  request: { method: string; target: string; headers: Headers; requestId: string },
): Promise<Claim> {
  const { headers, requestId } = request;
  const bearer = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (bearer) {
    const [found] = await readByDigest(db.read, { digest: digestOf(bearer), now: new Date().toISOString() });
    if (!found) throw new DomainError('UNAUTHENTICATED', '凭据无效或已吊销');
    return { actor: actorOf(found, requestId), signed: false, prove: async () => {} };
  }
  const [appId, timestamp, nonce, signature] = SIGNED.map((name) => headers.get(name) ?? '') as [
    string,
    string,
    string,
    string,
  ];
  if (!appId) throw new DomainError('UNAUTHENTICATED', '请提供凭据:Authorization: Bearer,或 X-App-Id 与签名');
  if (!/^\d{13}$/.test(timestamp)) {
    throw new DomainError('SIGNATURE_INVALID', 'X-Timestamp 应为 13 位毫秒时间戳', 'X-Timestamp');
  }
  if (Math.abs(Date.now() - Number(timestamp)) > WINDOW) {
    throw new DomainError('SIGNATURE_EXPIRED', '签名已过期:X-Timestamp 与省平台时间相差超过 5 分钟', 'X-Timestamp');
  }
  if (!/^[0-9A-Za-z_-]{16,64}$/.test(nonce)) {
    throw new DomainError('SIGNATURE_INVALID', 'X-Nonce 应为 16 至 64 位字母、数字、下划线或连字符', 'X-Nonce');
  }
  if (!/^[0-9a-f]{64}$/i.test(signature)) {
    throw new DomainError('SIGNATURE_INVALID', 'X-Sign 应为 64 位十六进制数字', 'X-Sign');
  }
  const secrets = await readByApp(db.read, { appId, now: new Date().toISOString() });
  const [first] = secrets;
  if (!first) throw new DomainError('UNAUTHENTICATED', '凭据无效或已吊销');
  const actor = actorOf(first, requestId);
  return {
    actor,
    signed: true,
    async prove(bodyDigest) {
      const { method, target } = request;
      const given = Buffer.from(signature, 'hex');
      const matches = secrets.map(({ sealed }) => {
        const secret = sealer.open(sealed);
        if (secret === null) return false;
        const right = sign(secret, { method, target, timestamp, nonce, bodyDigest });
        return timingSafeEqual(Buffer.from(right, 'hex'), given);
      });
      if (!matches.includes(true)) throw new DomainError('SIGNATURE_INVALID', '签名不符', 'X-Sign');
      await rememberNonce(db, actor.appId, nonce);
    },
  };
}

/** Secrets of credentials that are not revoked, and that no newer secret has replaced for good. */
const liveSecrets = (which: SQL) => (db: Queries) =>
  db
    .select({ appId: credentials.appId, cityCode: credentials.cityCode, sealed: credentialSecrets.sealed })
    .from(credentialSecrets)
    .innerJoin(credentials, eq(credentials.appId, credentialSecrets.appId))
    .where(
      and(
        which,
        isNull(credentials.revokedAt),
        or(isNull(credentialSecrets.expiresAt), gt(credentialSecrets.expiresAt, given('now'))),
      ),
    );
const readByDigest = prepared(liveSecrets(eq(credentialSecrets.digest, given('digest'))));
const readByApp = prepared(liveSecrets(eq(credentials.appId, given('appId'))));

const actorOf = ({ appId, cityCode }: { appId: string; cityCode: string }, requestId: string): PlatformActor => ({
  kind: 'platform',
  appId,
  cityCode,
  requestId,
});

/** In the database: a restart or another node remembers too. @throws DomainError NONCE_REPLAYED */
async function rememberNonce(db: Db, appId: string, nonce: string): Promise<void> {
  const now = Date.now();
  const [fresh] = await db.write(async (tx) => {
    // What is older than both ends of the window can't be replayed, as its time stamp is refused; a third one for a slow body,
    // whose time stamp was judged when it began.
    await deleteNonces(tx, { before: now - 3 * WINDOW });
    return insertNonce(tx, { appId, nonce, at: now });
  });
  if (!fresh) throw new DomainError('NONCE_REPLAYED', '该请求已收到过,请换新的 X-Nonce 重新签名', 'X-Nonce');
}

const deleteNonces = prepared((tx: Transaction) => tx.delete(nonces).where(lt(nonces.at, given('before'))));
const insertNonce = prepared((tx: Transaction) =>
  tx.insert(nonces).values(allGiven(nonces)).onConflictDoNothing().returning({ at: nonces.at }),
);

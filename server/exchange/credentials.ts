/** A city platform's credentials: made, rotated, revoked. A secret is shown once; what is kept can't show it to anybody. */
import { randomBytes, randomInt } from 'node:crypto';
import { and, asc, eq, gt, inArray, isNull, max, or } from 'drizzle-orm';
import { type Db, type Transaction, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise, type SystemActor } from '../staff/actor.ts';
import { shanghaiTime } from '../time.ts';
import { digestOf } from './authenticate.ts';
import type { CreateCredentialInput, RotateCredentialInput } from './schema.ts';
import type { Sealer } from './seal.ts';

const { cities, credentials, credentialSecrets } = tables;
const HOUR = 60 * 60 * 1000;

/** What is shown once. */
export interface NewSecret {
  appId: string;
  secret: string;
}

/**
 * @throws DomainError FORBIDDEN (province; city for itself), CITY_NOT_FOUND
 */
export async function createCredential(
  db: Db,
  sealer: Sealer,
  actor: Actor,
  input: CreateCredentialInput,
): Promise<NewSecret> {
  const cityCode = cityOf(actor, input.cityCode);
  const made = { appId: `${cityCode}-${String(randomInt(1e8)).padStart(8, '0')}`, secret: makeSecret() };
  await db.write((tx) => insertCredential(tx, sealer, actor, { ...made, cityCode, label: input.label }));
  return made;
}

/** @throws DomainError CITY_NOT_FOUND, CREDENTIAL_TAKEN */
export async function insertCredential(
  tx: Transaction,
  sealer: Sealer,
  actor: Actor | SystemActor,
  made: NewSecret & { cityCode: string; label: string },
): Promise<void> {
  const [city] = await tx.select().from(cities).where(eq(cities.code, made.cityCode));
  if (!city) throw new DomainError('CITY_NOT_FOUND', '没有这个城市平台', 'cityCode');
  const now = new Date().toISOString();
  const [added] = await tx
    .insert(credentials)
    .values({ appId: made.appId, cityCode: made.cityCode, label: made.label, createdAt: now })
    .onConflictDoNothing()
    .returning();
  if (!added) throw new DomainError('CREDENTIAL_TAKEN', '凭据编号已存在,请重试');
  await insertSecret(tx, sealer, made);
  await recordEvent(tx, actor, { action: 'credential.create', outcome: 'ok', subject: made.appId });
}

/**
 * Gives a credential a new secret; the one before holds on for a while, so that a platform can change over.
 * @param input.overlapHours 0 ends it at once
 * @throws DomainError FORBIDDEN, CREDENTIAL_NOT_FOUND
 */
export async function rotateCredential(
  db: Db,
  sealer: Sealer,
  actor: Actor,
  input: RotateCredentialInput,
): Promise<NewSecret> {
  authorise(actor, 'province', 'city');
  const made = { appId: input.appId, secret: makeSecret() };
  const until = new Date(Date.now() + input.overlapHours * HOUR).toISOString();
  await db.write(async (tx) => {
    await getLive(tx, actor, input.appId);
    await tx
      .update(credentialSecrets)
      .set({ expiresAt: until })
      .where(
        and(
          eq(credentialSecrets.appId, input.appId),
          or(isNull(credentialSecrets.expiresAt), gt(credentialSecrets.expiresAt, until)),
        ),
      );
    await insertSecret(tx, sealer, made);
    await recordEvent(tx, actor, { action: 'credential.rotate', outcome: 'ok', subject: input.appId });
  });
  return made;
}

/**
 * Ends a credential and all of its secrets at once, for good.
 * @throws DomainError FORBIDDEN, CREDENTIAL_NOT_FOUND
 */
export async function revokeCredential(db: Db, actor: Actor, input: { appId: string }): Promise<void> {
  authorise(actor, 'province', 'city');
  await db.write(async (tx) => {
    await getLive(tx, actor, input.appId);
    await tx.update(credentials).set({ revokedAt: new Date().toISOString() }).where(eq(credentials.appId, input.appId));
    await recordEvent(tx, actor, { action: 'credential.revoke', outcome: 'ok', subject: input.appId });
  });
}

/**
 * The city platforms and their credentials, without secrets: all of them for the province, its own for a city.
 * @throws DomainError FORBIDDEN
 */
export async function listPlatforms(db: Db, actor: Actor) {
  const who = authorise(actor, 'province', 'city');
  const own = who.role === 'city' ? eq(cities.code, who.cityCode ?? '') : undefined;
  const found = await db.read.select().from(cities).where(own).orderBy(asc(cities.code));
  const rows = await db.read
    .select()
    .from(credentials)
    .where(who.role === 'city' ? eq(credentials.cityCode, who.cityCode ?? '') : undefined)
    .orderBy(asc(credentials.appId));
  const leaving = await db.read
    .select({ appId: credentialSecrets.appId, until: max(credentialSecrets.expiresAt) })
    .from(credentialSecrets)
    .where(
      and(
        inArray(
          credentialSecrets.appId,
          rows.map(({ appId }) => appId),
        ),
        gt(credentialSecrets.expiresAt, new Date().toISOString()),
      ),
    )
    .groupBy(credentialSecrets.appId);
  const ends = new Map(leaving.map(({ appId, until }) => [appId, until]));
  const shown = rows.map(({ createdAt, revokedAt, ...row }) => ({
    ...row,
    createdAt: shanghaiTime(new Date(createdAt)),
    revokedAt: inShanghai(revokedAt),
    /** Until when the secret before the last rotation can be used, too. */
    formerUntil: revokedAt ? null : inShanghai(ends.get(row.appId) ?? null),
  }));
  return found.map((city) => ({ ...city, credentials: shown.filter((row) => row.cityCode === city.code) }));
}

const inShanghai = (time: string | null) => time && shanghaiTime(new Date(time));

async function getLive(tx: Transaction, actor: Actor, appId: string): Promise<void> {
  const [row] = await tx
    .select()
    .from(credentials)
    .where(and(eq(credentials.appId, appId), isNull(credentials.revokedAt)));
  // Another city's credential is as good as none.
  if (!row || (actor.role === 'city' && row.cityCode !== actor.cityCode)) {
    throw new DomainError('CREDENTIAL_NOT_FOUND', '没有这个凭据,或已吊销', 'appId');
  }
}

async function insertSecret(tx: Transaction, sealer: Sealer, { appId, secret }: NewSecret): Promise<void> {
  await tx.insert(credentialSecrets).values({
    appId,
    digest: digestOf(secret),
    sealed: sealer.seal(secret),
    createdAt: new Date().toISOString(),
  });
}

/** Which city's credential it shall be: a city user's own, whatever was asked. */
function cityOf(actor: Actor, asked: string): string {
  const who = authorise(actor, 'province', 'city');
  if (who.role === 'city' && who.cityCode !== asked) throw new DomainError('FORBIDDEN', '只能管理本市的凭据');
  return asked;
}

const makeSecret = () => randomBytes(32).toString('base64url');

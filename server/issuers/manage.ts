/**
 * Who makes dynamic codes (`CARD:0:DYN:ISSUER`) and by which secret: added, rotated, revoked, listed. A secret is shown once; a
 * revoked issuer's code is not given to another, as its old codes would be judged by the new secret.
 */
import { randomBytes } from 'node:crypto';
import { and, asc, eq, isNull } from 'drizzle-orm';
import { type Db, type Transaction, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import type { Sealer } from '../exchange/seal.ts';
import { type Actor, type Authorised, authorise, type SystemActor } from '../staff/actor.ts';
import { shanghaiTime } from '../time.ts';
import { type CreateIssuerInput, ROTATION_HOURS } from './schema.ts';

const { cities, codeIssuers } = tables;
const HOUR = 60 * 60 * 1000;

/** What is shown once. */
export interface NewIssuerSecret {
  code: string;
  secret: string;
}

/** @throws DomainError FORBIDDEN (province; city for itself), CITY_NOT_FOUND, ISSUER_TAKEN */
export async function createIssuer(
  db: Db,
  sealer: Sealer,
  actor: Actor,
  input: CreateIssuerInput,
): Promise<NewIssuerSecret> {
  const who = authorise(actor, 'province', 'city');
  if (who.role === 'city' && who.cityCode !== input.cityCode) {
    throw new DomainError('FORBIDDEN', '只能管理本市的发码机构');
  }
  const secret = makeSecret();
  await db.write((tx) => insertIssuer(tx, sealer, who, { ...input, secret }));
  return { code: input.code, secret };
}

/** @throws DomainError CITY_NOT_FOUND, ISSUER_TAKEN */
export async function insertIssuer(
  tx: Transaction,
  sealer: Sealer,
  actor: Actor | SystemActor,
  { secret, ...issuer }: CreateIssuerInput & { secret: string },
): Promise<void> {
  const [city] = await tx.select().from(cities).where(eq(cities.code, issuer.cityCode));
  if (!city) throw new DomainError('CITY_NOT_FOUND', '没有这个城市平台', 'cityCode');
  const [added] = await tx
    .insert(codeIssuers)
    .values({ ...issuer, sealed: sealer.seal(secret), createdAt: new Date().toISOString() })
    .onConflictDoNothing()
    .returning();
  if (!added) throw new DomainError('ISSUER_TAKEN', '该机构标识已被使用', 'code');
  await recordEvent(tx, actor, { action: 'issuer.create', outcome: 'ok', subject: issuer.code });
}

/**
 * Gives an issuer a new secret. The one before holds on for a day, so that the issuer can change over; one before that ends at once.
 * @throws DomainError FORBIDDEN, ISSUER_NOT_FOUND
 */
export async function rotateIssuer(
  db: Db,
  sealer: Sealer,
  actor: Actor,
  { code }: { code: string },
): Promise<NewIssuerSecret> {
  const who = authorise(actor, 'province', 'city');
  const secret = makeSecret();
  await db.write(async (tx) => {
    const [issuer] = await tx.select().from(codeIssuers).where(liveOf(who, code));
    if (!issuer) throw notFound();
    // One that another AUTH_SECRET sealed does not hold any more.
    const holds = sealer.open(issuer.sealed) !== null;
    await tx
      .update(codeIssuers)
      .set({
        sealed: sealer.seal(secret),
        previousSealed: holds ? issuer.sealed : null,
        previousUntil: holds ? new Date(Date.now() + ROTATION_HOURS * HOUR).toISOString() : null,
      })
      .where(eq(codeIssuers.code, code));
    await recordEvent(tx, who, { action: 'issuer.rotate', outcome: 'ok', subject: code });
  });
  return { code, secret };
}

/**
 * Ends an issuer for good: from the next scan on none of its codes is taken.
 * @throws DomainError FORBIDDEN, ISSUER_NOT_FOUND
 */
export async function revokeIssuer(db: Db, actor: Actor, { code }: { code: string }): Promise<void> {
  const who = authorise(actor, 'province', 'city');
  await db.write(async (tx) => {
    const [revoked] = await tx
      .update(codeIssuers)
      .set({ revokedAt: new Date().toISOString() })
      .where(liveOf(who, code))
      .returning();
    if (!revoked) throw notFound();
    await recordEvent(tx, who, { action: 'issuer.revoke', outcome: 'ok', subject: code });
  });
}

/**
 * Issuers without their secrets: all of them for the province, its own for a city.
 * @throws DomainError FORBIDDEN
 */
export async function listIssuers(db: Db, actor: Actor) {
  const who = authorise(actor, 'province', 'city');
  const rows = await db.read.select().from(codeIssuers).where(ownOf(who)).orderBy(asc(codeIssuers.code));
  const now = new Date().toISOString();
  return rows.map(({ code, cityCode, label, createdAt, revokedAt, previousUntil }) => ({
    ...{ code, cityCode, label },
    createdAt: shanghaiTime(new Date(createdAt)),
    revokedAt: revokedAt && shanghaiTime(new Date(revokedAt)),
    /** Until when the secret before the last rotation holds, too. */
    formerUntil: !revokedAt && previousUntil && previousUntil > now ? shanghaiTime(new Date(previousUntil)) : null,
  }));
}

/** Another city's issuer is as good as none. */
const ownOf = (who: Authorised<'province' | 'city'>) =>
  who.role === 'city' ? eq(codeIssuers.cityCode, who.cityCode ?? '') : undefined;
const liveOf = (who: Authorised<'province' | 'city'>, code: string) =>
  and(eq(codeIssuers.code, code), isNull(codeIssuers.revokedAt), ownOf(who));
const notFound = () => new DomainError('ISSUER_NOT_FOUND', '没有这个发码机构,或已吊销', 'code');
const makeSecret = () => randomBytes(32).toString('base64url');

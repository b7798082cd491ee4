/** The nurse's PIN, which unlocks the tablet and nothing else. */
import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { argon2id, argon2Verify } from 'hash-wasm';
import { type Db, type Transaction, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { type Confirming, confirmPassword } from './confirm.ts';
import { isTrivialPin, type SetPinInput } from './schema.ts';

const { pins } = tables;

/** Argon2id as OWASP's Password Storage Cheat Sheet asks for it: 19 MiB, two passes, one lane. */
const ARGON2 = { memorySize: 19 * 1024, iterations: 2, parallelism: 1, hashLength: 32, outputType: 'encoded' } as const;

/** @throws DomainError WEAK_PIN */
export async function hashPin(pin: string, field: string): Promise<string> {
  if (isTrivialPin(pin)) throw new DomainError('WEAK_PIN', 'PIN 过于简单,请勿使用重复或连续的数字', field);
  return argon2id({ ...ARGON2, password: pin, salt: randomBytes(16) });
}

export async function hasPin(db: Db, staffId: string): Promise<boolean> {
  const [row] = await db.read.select({ setAt: pins.setAt }).from(pins).where(eq(pins.staffId, staffId));
  return row !== undefined;
}

export async function isPin(db: Db, staffId: string, pin: string): Promise<boolean> {
  const [row] = await db.read.select({ hash: pins.hash }).from(pins).where(eq(pins.staffId, staffId));
  return row !== undefined && argon2Verify({ password: pin, hash: row.hash });
}

/** Stores a PIN's hash in place of the one before. */
export async function savePin(tx: Transaction, actor: Actor, hash: string): Promise<void> {
  const row = { hash, setAt: new Date().toISOString() };
  await tx
    .insert(pins)
    .values({ staffId: actor.id, ...row })
    .onConflictDoUpdate({ target: pins.staffId, set: row });
  await recordEvent(tx, actor, { action: 'account.set_pin', outcome: 'ok', subject: actor.id });
}

/**
 * Sets one's own PIN.
 * @throws DomainError FORBIDDEN (nurses only), WEAK_PIN, WRONG_PASSWORD, TOO_MANY_TRIES
 */
export async function setPin(on: Confirming, actor: Actor, { password, pin }: SetPinInput): Promise<void> {
  const who = authorise(actor, 'nurse');
  const hash = await hashPin(pin, 'pin');
  await confirmPassword(on, who, 'account.set_pin', password);
  await on.db.write((tx) => savePin(tx, who, hash));
}

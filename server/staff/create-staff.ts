import { randomUUID } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { eq } from 'drizzle-orm';
import { type Db, type Transaction, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import type { Actor, SystemActor } from './actor.ts';
import { makePassword } from './password.ts';
import { assertMayGive, assertPlaceExists, authoriseManager } from './reach.ts';
import type { CreateStaffInput } from './schema.ts';

/** What is shown once. */
export interface FirstPassword {
  username: string;
  password: string;
}

/**
 * Adds a member of staff who can sign in, and then changes the password that is made here.
 * @param demoPassword the demo's own, which everybody knows and nobody needs to change
 * @throws DomainError FORBIDDEN (province; site_admin for the own site), USERNAME_TAKEN, SITE_NOT_FOUND, CITY_NOT_FOUND
 */
export async function createStaff(
  db: Db,
  actor: Actor | SystemActor,
  input: CreateStaffInput,
  demoPassword?: string,
): Promise<FirstPassword> {
  if (actor.kind === 'staff') assertMayGive(authoriseManager(actor), input);
  const password = demoPassword ?? makePassword(input);
  const hash = await hashPassword(password);
  await db.write(async (tx) => {
    const { staff } = tables;
    const [taken] = await tx.select().from(staff).where(eq(staff.username, input.username));
    if (taken) throw new DomainError('USERNAME_TAKEN', '用户名已被使用', 'username');
    await assertPlaceExists(tx, input);
    await insertStaff(tx, actor, input, hash, demoPassword === undefined);
  });
  return { username: input.username, password };
}

/** Adds somebody whose name is free and whose place exists, with the hash of a password. */
export async function insertStaff(
  tx: Transaction,
  actor: Actor | SystemActor,
  input: CreateStaffInput,
  hash: string,
  mustChangePassword = true,
): Promise<void> {
  const id = randomUUID();
  const now = new Date();
  await tx.insert(tables.staff).values({
    id,
    name: input.name,
    // better-auth wants an address; nobody ever writes to this one (RFC 2606).
    email: `${input.username}@staff.invalid`,
    username: input.username,
    displayUsername: input.username,
    role: input.role,
    siteCode: input.siteCode ?? null,
    cityCode: input.cityCode ?? null,
    mustChangePassword,
    createdAt: now,
    updatedAt: now,
  });
  await tx.insert(tables.accounts).values({
    id: randomUUID(),
    accountId: id,
    providerId: 'credential',
    userId: id,
    password: hash,
    createdAt: now,
    updatedAt: now,
  });
  await recordEvent(tx, actor, { action: 'staff.create', outcome: 'ok', subject: id, detail: input.role });
}

import { randomUUID } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import type { SystemActor } from './actor.ts';
import { assertPlaceExists } from './change-role.ts';
import type { CreateStaffInput } from './schema.ts';

/**
 * Adds a member of staff who can sign in. Today only the operator's command and the demo do it.
 * @returns the new staff id
 * @throws DomainError USERNAME_TAKEN, SITE_NOT_FOUND, CITY_NOT_FOUND
 */
export async function createStaff(db: Db, actor: SystemActor, input: CreateStaffInput): Promise<string> {
  const password = await hashPassword(input.password);
  const id = randomUUID();
  const now = new Date();
  await db.write(async (tx) => {
    const [taken] = await tx.select().from(tables.staff).where(eq(tables.staff.username, input.username));
    if (taken) throw new DomainError('USERNAME_TAKEN', '用户名已被使用', 'username');
    await assertPlaceExists(tx, input);
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
      createdAt: now,
      updatedAt: now,
    });
    await tx.insert(tables.accounts).values({
      id: randomUUID(),
      accountId: id,
      providerId: 'credential',
      userId: id,
      password,
      createdAt: now,
      updatedAt: now,
    });
    await recordEvent(tx, actor, { action: 'staff.create', outcome: 'ok', subject: id, detail: input.role });
  });
  return id;
}

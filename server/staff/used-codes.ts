/** Codes of authenticator apps that were given: each signs in once (RFC 6238, 5.2). Among better-auth's notes, so that every process knows them. */
import { randomUUID } from 'node:crypto';
import { and, eq, gt, lt } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';

const { verifications } = tables;
/** A code holds for its half minute, and the ones before and after it. */
const HOLDS_MS = 120_000;
/** What no app shows: better-auth counts it as any other wrong code. */
const NO_CODE = 'used';

const noteOf = (staffId: string, code: string) => `totp-used-${staffId}-${code}`;

/**
 * Takes a code before it is judged, so that of two at once only one can be good.
 * @returns what to judge instead: the code, or one that is wrong where it was given before; and how to give a wrong one back
 */
export async function takeCode(
  db: Db,
  staffId: string,
  code: string,
): Promise<{ judged: string; giveBack(): Promise<void> }> {
  const identifier = noteOf(staffId, code);
  const id = randomUUID();
  const taken = await db.write(async (tx) => {
    const now = new Date();
    await tx.delete(verifications).where(lt(verifications.expiresAt, now));
    const live = and(eq(verifications.identifier, identifier), gt(verifications.expiresAt, now));
    const [used] = await tx.select({ id: verifications.id }).from(verifications).where(live);
    if (used) return false;
    const note = { id, identifier, value: 'used', createdAt: now, updatedAt: now };
    await tx.insert(verifications).values({ ...note, expiresAt: new Date(now.getTime() + HOLDS_MS) });
    return true;
  });
  return {
    judged: taken ? code : NO_CODE,
    giveBack: async () => {
      if (taken) await db.write((tx) => tx.delete(verifications).where(eq(verifications.id, id)));
    },
  };
}

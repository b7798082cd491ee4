/**
 * Sessions that nobody uses: a nurse's screen is locked after the site's time, an office's session ends. The pages do both by themselves,
 * and this is for the tab that was closed. When each session was last seen is in memory, and told to the other processes now and then: a
 * request writes nothing. With SQLite a restart begins the time anew.
 */
import { randomUUID } from 'node:crypto';
import { and, eq, isNull } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { OFFICE_IDLE_MINUTES, type Role } from './schema.ts';

const MINUTE = 60_000;
/** Pages tell of touches once a minute, and a session that is remembered is not looked at for some seconds. */
const SLACK_MS = 1.5 * MINUTE;
/** How often other processes are told of a session, ms, and for how many seconds they know. */
const TOLD_MS = MINUTE / 2;
const KNOWN_SECONDS = 24 * 60 * 60;

interface Used {
  id: string;
  person: { id: string; role: Role; siteCode: string | null };
}
const { sessions, sites } = tables;

/** @returns what to do with a session that is asked for: nothing, or it was just locked, or has just ended */
export function makeIdle(db: Db) {
  const seen = new LRUCache<string, number>({ max: 20_000 });
  const told = new LRUCache<string, number>({ max: 20_000 });

  /** By what other processes know, too. A session that nobody knows of is new, or was forgotten. */
  async function lastSeen(sessionId: string, now: number): Promise<number> {
    const ms = await db.counts.holds(noteOf(sessionId));
    return ms > 0 ? Math.max(now - (KNOWN_SECONDS * 1000 - ms), seen.get(sessionId) ?? 0) : now;
  }

  async function tell(sessionId: string, now: number): Promise<void> {
    if (now - (told.get(sessionId) ?? 0) < TOLD_MS) return;
    told.set(sessionId, now);
    await db.counts.note(noteOf(sessionId), KNOWN_SECONDS);
  }

  async function lock({ id, person }: Used): Promise<void> {
    await db.write(async (tx) => {
      const open = and(eq(sessions.id, id), isNull(sessions.screenLockedAt));
      const set = { screenLockedAt: new Date().toISOString() };
      const [locked] = await tx.update(sessions).set(set).where(open).returning();
      if (locked) await recordEvent(tx, byItself(), { ...event(person.id), action: 'account.lock' });
    });
  }

  async function end({ id, person }: Used): Promise<void> {
    await db.write(async (tx) => {
      const [ended] = await tx.delete(sessions).where(eq(sessions.id, id)).returning();
      if (ended) await recordEvent(tx, byItself(), { ...event(person.id), action: 'staff.sign_out' });
    });
  }

  async function minutesOf({ role, siteCode }: Used['person']): Promise<number> {
    if (role !== 'nurse') return OFFICE_IDLE_MINUTES;
    const [site] = await db.read
      .select()
      .from(sites)
      .where(eq(sites.code, siteCode ?? ''));
    return site?.idleLockMinutes ?? 0;
  }

  return {
    async judge(session: Used): Promise<'used' | 'locked' | 'ended'> {
      const now = Date.now();
      const since = now - (seen.get(session.id) ?? (await lastSeen(session.id, now)));
      if (since > SLACK_MS) {
        const minutes = await minutesOf(session.person);
        const limit = minutes * MINUTE + SLACK_MS;
        if (minutes > 0 && since > limit && now - (await lastSeen(session.id, now)) > limit) {
          const isNurse = session.person.role === 'nurse';
          await (isNurse ? lock(session) : end(session));
          return isNurse ? 'locked' : 'ended';
        }
      }
      seen.set(session.id, now);
      await tell(session.id, now);
      return 'used';
    },
    /** Of a session whose screen is locked: whoever stands before it is there, and its time begins when it is opened. */
    async locked(sessionId: string): Promise<void> {
      seen.delete(sessionId);
      await tell(sessionId, Date.now());
    },
  };
}
export type Idle = ReturnType<typeof makeIdle>;

const noteOf = (sessionId: string) => `session ${sessionId}`;
const byItself = () => ({ kind: 'system' as const, program: 'idle', requestId: randomUUID() });
const event = (subject: string) => ({ outcome: 'ok' as const, subject, detail: 'idle' });

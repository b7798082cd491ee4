/** Whether the process lives, and whether it can do its work: what load balancers, service managers and monitoring ask. */
import { readFileSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { desc } from 'drizzle-orm';
import { type Db, folderOf, keyIds, tables } from '../../db/index.ts';
import { STORAGE_FAULTS, storageRefusal } from '../storage.ts';

/** One thing that must be right. @returns null, or in words what is wrong; a throw is wrong too */
interface ReadyCheck {
  name: string;
  check(): Promise<string | null> | string | null;
}

export interface Readiness {
  ready: boolean;
  checks: { name: string; ok: boolean; message: string | null }[];
}

/** Milliseconds for which an answer holds: whoever asks often costs no disk. */
const HOLDS_MS = 2000;
/** Milliseconds that the disk gets for a write that changes nothing. */
const WRITE_MS = 3000;
/** Milliseconds after which one transaction is no batch any more, but stuck. */
const LONGEST_WRITE_MS = 60_000;
/** Milliseconds by which a clock may be set back. */
const CLOCK_MS = 10 * 60 * 1000;
const MEGABYTE = 1024 * 1024;
const JOURNAL = new URL('../../db/migrations/sqlite/meta/_journal.json', import.meta.url);
const BUILD = new URL('../../.next/BUILD_ID', import.meta.url);

export function makeHealth(db: Db, { databaseUrl, minFreeMb }: { databaseUrl: string; minFreeMb: number }) {
  const folder = folderOf(databaseUrl);
  const made = madeAt();
  const checks: ReadyCheck[] = [
    {
      name: 'database_read',
      async check() {
        await newestEvent(db);
        return null;
      },
    },
    { name: 'database_write', check: () => checkWrite(db) },
    {
      name: 'disk_space',
      async check() {
        const free = (await freeBytes(folder)) / MEGABYTE;
        return free >= minFreeMb ? null : `磁盘可用空间 ${Math.floor(free)} MB,低于 ${minFreeMb} MB`;
      },
    },
    {
      name: 'clock',
      async check() {
        const newest = await newestEvent(db);
        const known = Math.max(made, newest ? Date.parse(newest) : 0);
        return Date.now() >= known - CLOCK_MS ? null : '系统时间早于最近的审计记录或程序构建时间,请检查时钟';
      },
    },
    {
      name: 'keys',
      async check() {
        const { id } = tables.dataKeys;
        const needed = await db.read.select({ id }).from(tables.dataKeys);
        const here = ['index', ...keyIds()];
        const missing = needed.filter((key) => !here.includes(key.id));
        return missing.length === 0 ? null : `缺少个人信息密钥 ${missing.map((key) => key.id).join('、')}`;
      },
    },
  ];
  let last: { at: number; answer: Promise<Readiness> } | undefined;

  return {
    /** What is known without asking anybody. The process lives, or there would be no answer. */
    alive() {
      const fault = db.status().fault;
      if (!fault) return { status: 'ok', code: null, message: '服务正常' };
      return { status: 'impaired', ...STORAGE_FAULTS[fault.fault] };
    },

    ready(): Promise<Readiness> {
      if (!last || Date.now() - last.at > HOLDS_MS) last = { at: Date.now(), answer: ask(checks) };
      return last.answer;
    },
  };
}

async function ask(checks: ReadyCheck[]): Promise<Readiness> {
  const answers = await Promise.all(
    checks.map(async ({ name, check }) => {
      const message = await Promise.resolve()
        .then(check)
        .catch((error) => storageRefusal(error)?.message ?? '检查未能完成');
      return { name, ok: message === null, message };
    }),
  );
  return { ready: answers.every(({ ok }) => ok), checks: answers };
}

async function checkWrite(db: Db): Promise<string | null> {
  const written = db.prove().then(() => true);
  // The race may end without it.
  written.catch(() => {});
  if (await Promise.race([written, pause(WRITE_MS, false, { ref: false })])) return null;
  const { workingMs } = db.status();
  // A batch is being applied: whoever writes now waits, and is served.
  return workingMs !== null && workingMs < LONGEST_WRITE_MS ? null : `${WRITE_MS / 1000} 秒内未能写入数据库`;
}

/** When the newest row of the audit trail was written, ISO 8601; null: there is none. */
async function newestEvent(db: Db): Promise<string | null> {
  const { auditEvents } = tables;
  const [row] = await db.read.select({ at: auditEvents.at }).from(auditEvents).orderBy(desc(auditEvents.id)).limit(1);
  return row?.at ?? null;
}

/** Bytes that this user may still write where a folder is. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** When this program was made, ms since 1970: its last migration, or the build of its pages. */
function madeAt(): number {
  const { entries } = JSON.parse(readFileSync(JOURNAL, 'utf8')) as { entries: { when: number }[] };
  const build = statSync(BUILD, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Math.max(build, ...entries.map(({ when }) => when));
}

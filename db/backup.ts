/** Whole databases as files: a copy made while others write, what is in one, and whether somebody holds it. */
import { existsSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { faultOf } from './fault.ts';
import { sync } from './sync.ts';
import { findVersion } from './version.ts';

const MIGRATIONS = fileURLToPath(new URL('./migrations/sqlite', import.meta.url));
/** Tables that are counted: what an operator knows a database by. */
const COUNTED = ['authentication_records', 'vouchers', 'audit_events', 'staff', 'sites', 'batches', 'filings'] as const;
/** Pages that a copy takes at once: all of them, so that no write in between makes it begin anew. */
const ALL_PAGES = 0x7fffffff;

export interface Contents {
  /** Bytes. */
  size: number;
  /** The last migration, e.g. `0007_weaker_members`; `newer`: one that this program does not have. */
  version: string | null;
  /** Rows by table. */
  counts: Record<string, number>;
}

/**
 * Copies a database as it is at one moment, with what was committed until then, while others read and write it. The copy is one file.
 * @throws Error where there is none
 */
export async function copyDatabase(path: string, to: string): Promise<void> {
  const source = new Database(path, { readonly: true, fileMustExist: true });
  try {
    source.pragma('busy_timeout = 20000');
    await source.backup(to, { progress: () => ALL_PAGES });
  } finally {
    source.close();
  }
  const copy = new Database(to, { fileMustExist: true });
  try {
    // Without a log beside it.
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
  sync(to);
}

/**
 * Reads all of a database and tells what is in it.
 * @throws Error when it is damaged: its pages, its indexes, or rows that name rows which are not there
 */
export function inspectDatabase(path: string): Contents {
  const database = new Database(path, { readonly: true, fileMustExist: true });
  try {
    const verdict = database.pragma('integrity_check(1)', { simple: true });
    if (verdict !== 'ok') throw new Error(`the database is damaged: ${verdict}`);
    const orphans = database.pragma('foreign_key_check') as { table: string }[];
    if (orphans[0]) throw new Error(`the database is damaged: rows of ${orphans[0].table} name rows that are missing`);
    const size =
      Number(database.pragma('page_count', { simple: true })) * Number(database.pragma('page_size', { simple: true }));
    const there = new Set(database.prepare("select name from sqlite_master where type = 'table'").pluck().all());
    const counts = Object.fromEntries(
      COUNTED.filter((name) => there.has(name)).map((name) => [
        name,
        database.prepare(`select count(*) from "${name}"`).pluck().get() as number,
      ]),
    );
    return { size, version: findVersion(database, MIGRATIONS), counts };
  } finally {
    database.close();
  }
}

/** Ends every session of a database, and every sign-in that is half done: what was ended since it was copied must not live again. */
export function endVisits(path: string): void {
  const database = new Database(path, { fileMustExist: true });
  try {
    const there = new Set(database.prepare("select name from sqlite_master where type = 'table'").pluck().all());
    for (const table of ['sessions', 'verifications']) {
      if (there.has(table)) database.exec(`delete from "${table}"`);
    }
  } finally {
    database.close();
  }
}

/**
 * Whether another connection has a database open. Brings its log into the file when nobody has.
 * @returns `unknown` where the file is too damaged to tell, and the system does not tell either
 */
export function isHeld(path: string): boolean | 'unknown' {
  try {
    const database = new Database(path, { fileMustExist: true, timeout: 1000 });
    try {
      // A change of the journal's mode needs the file for itself.
      database.pragma('journal_mode = DELETE');
      return false;
    } finally {
      database.close();
    }
  } catch (error) {
    return faultOf(error) === 'busy' ? true : isOpenInProcess(path);
  }
}

/** Linux tells which files the processes of the same user have open. */
function isOpenInProcess(path: string): boolean | 'unknown' {
  if (!existsSync('/proc/self/fd')) return 'unknown';
  const file = realpathSync(path);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .some((pid) => {
      try {
        return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === file);
      } catch {
        // It ended meanwhile, or is somebody else's.
        return false;
      }
    });
}

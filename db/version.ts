/** Which version of the tables a database has: drizzle's own table of migrations against the journal beside them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';

interface Journal {
  entries: { tag: string; when: number }[];
}

/** @param folder of the migrations */
function readJournal(folder: string): Journal['entries'] {
  return (JSON.parse(readFileSync(join(folder, 'meta', '_journal.json'), 'utf8')) as Journal).entries;
}

/**
 * The name of the last migration that was applied, e.g. `0007_weaker_members`; null: none; `newer`: one that this program
 * does not have.
 */
export function findVersion(connection: Database.Database, folder: string): string | null {
  const table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '__drizzle_migrations'";
  if (!connection.prepare(table).get()) return null;
  const { last } = connection.prepare('SELECT max(created_at) AS last FROM __drizzle_migrations').get() as {
    last: number | null;
  };
  return versionOf(last, folder);
}

/** @param last when the last migration that was applied was made */
function versionOf(last: number | null, folder: string): string | null {
  if (last === null) return null;
  return readJournal(folder).find(({ when }) => when === Number(last))?.tag ?? 'newer';
}

/** @throws Error on a database of a newer program: ours would write what the newer one can't read */
export function refuseNewer(connection: Database.Database, folder: string): void {
  refuse(findVersion(connection, folder));
}

/** The same, of the last migration's time. */
export function refuseNewerThan(last: number | null, folder: string): void {
  refuse(versionOf(last, folder));
}

/** Whether nothing was added since. */
export const isLast = (last: number | null, folder: string): boolean =>
  readJournal(folder).at(-1)?.when === Number(last);

function refuse(version: string | null): void {
  if (version === 'newer') {
    throw new Error(
      'this database was written by a newer version of this program: install that one, or restore a backup',
    );
  }
}

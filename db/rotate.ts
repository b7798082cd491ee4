/** Personal data sealed anew by another key, in a process of its own, while the console runs. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { keepStatements } from './connection.ts';
import { pathOf } from './index.ts';
import { addKey, type KeyRing, readKeys, saveKeys } from './keys.ts';
import {
  countByKey,
  countRows,
  PARTS,
  type Part,
  type Progress,
  readProgress,
  type Sealed,
  walkOn,
  writeProgress,
} from './reseal.ts';
import { keyIdOf, seal, setKeys, unseal } from './seal.ts';
import { checkKeys, proveKeys } from './unlock.ts';

/** Servers take a changed file over within a second. */
const TAKEN_OVER = 2500;
/** Of each lot's time: what is left to others. */
const PAUSE = 2;
const SHORTEST_PAUSE = 10;
/** A batch of 100 000 records may stand before. */
const PATIENCE = 60_000;

export interface Rotation {
  /** The key that all values are sealed by now. */
  keyId: string;
  rows: number;
  /** Rows with a value that no key opens, by table and key: somebody changed it by hand. They stay as they are. */
  broken: string[];
}

/**
 * Adds a key to the file, and seals every value by it. A rotation that was broken off is taken up instead, where it was.
 * @param told rows that are done, of how many
 * @throws KeysError, Error where there is no database
 */
export async function rotate(
  databaseUrl: string,
  keysFile: string,
  told: (done: number, total: number) => void,
): Promise<Rotation> {
  const connection = openAlone(databaseUrl);
  try {
    const { current } = takeKeys(connection, keysFile);
    // Whoever began to write under the former key has ended when this gets its turn.
    await sleep(TAKEN_OVER);
    connection.transaction(() => proveKeys(connection)).immediate();
    const broken: string[] = [];
    const total = PARTS.reduce((sum, part) => sum + countRows(connection, part), 0);
    let done = 0;
    for (const part of PARTS) {
      let progress = progressOf(connection, part, current);
      done += countRows(connection, part, progress.done ? undefined : progress.position);
      told(done, total);
      while (!progress.done) {
        const started = performance.now();
        const step = walkOn(connection, 'rotate', part, progress, (values, key) => {
          try {
            return resealed(part, values, current);
          } catch {
            broken.push(`${part.table} ${key}`);
            return null;
          }
        });
        progress = step.progress;
        done += step.rows;
        told(done, total);
        await sleep(Math.max(SHORTEST_PAUSE, (performance.now() - started) * PAUSE));
      }
    }
    settle(connection, () => {});
    return { keyId: current, rows: total, broken };
  } finally {
    connection.close();
  }
}

/**
 * Takes keys out of the file that no value is sealed by any more.
 * @returns their ids
 * @throws KeysError
 */
export function prune(databaseUrl: string, keysFile: string): string[] {
  const connection = openAlone(databaseUrl);
  try {
    const ring = readKeys(keysFile);
    setKeys(keysFile);
    checkKeys(connection);
    const used = countByKey(connection);
    const gone = Object.keys(ring.keys).filter((id) => id !== ring.current && !used.has(id));
    // The database no longer asks for them before they are gone, and that is on the disk.
    settle(connection, () => {
      proveKeys(connection);
      for (const id of gone) connection.prepare('DELETE FROM data_keys WHERE id = ?').run(id);
    });
    const keys = Object.fromEntries(Object.entries(ring.keys).filter(([id]) => !gone.includes(id)));
    if (gone.length > 0) saveKeys(keysFile, { ...ring, keys });
    return gone;
  } finally {
    connection.close();
  }
}

/** How many values each key of the file has sealed. @throws KeysError */
export function listKeys(databaseUrl: string, keysFile: string): { id: string; current: boolean; values: number }[] {
  const connection = openAlone(databaseUrl);
  try {
    const { keys, current } = readKeys(keysFile);
    const used = countByKey(connection);
    return Object.keys(keys).map((id) => ({ id, current: id === current, values: used.get(id) ?? 0 }));
  } finally {
    connection.close();
  }
}

/** @throws Error where there is no database that was sealed */
function openAlone(databaseUrl: string): Database.Database {
  const path = pathOf(databaseUrl);
  if (!existsSync(path)) throw new Error(`there is no database ${path}: set DATABASE_URL`);
  const connection = new Database(path);
  connection.pragma(`busy_timeout = ${PATIENCE}`);
  connection.pragma('synchronous = NORMAL');
  // What the former key sealed is overwritten, not only let go of.
  connection.pragma('secure_delete = ON');
  keepStatements(connection);
  const ready = connection
    .prepare("SELECT count(*) FROM sqlite_master WHERE name IN ('data_keys', 'sealing_progress')")
    .pluck()
    .get();
  if (ready === 2 && readProgress(connection, 'seal', 'file')?.done) return connection;
  connection.close();
  throw new Error('the database is not sealed yet: start the console with DATA_KEYS once');
}

/**
 * The keys with the one to rotate to. What is to be done is written down before the file changes, so that a rotation that is killed anywhere is
 * taken up and no key is added for nothing.
 */
function takeKeys(connection: Database.Database, keysFile: string): KeyRing {
  let ring = readKeys(keysFile);
  setKeys(keysFile);
  // By another file's keys nothing could be opened, and its own would take their place.
  checkKeys(connection);
  const open = PARTS.map(({ table }) => readProgress(connection, 'rotate', table)).find((part) => part && !part.done);
  const target = open?.keyId ?? addKey(ring).current;
  if (!open) {
    connection
      .transaction(() => {
        for (const { table } of PARTS) {
          writeProgress(connection, 'rotate', table, { keyId: target, position: null, done: false });
        }
      })
      .immediate();
  }
  if (!Object.hasOwn(ring.keys, target)) {
    ring = addKey(ring);
    saveKeys(keysFile, ring);
  }
  setKeys(keysFile);
  return ring;
}

/** From the beginning, where it was begun for another key. */
function progressOf(connection: Database.Database, part: Part, keyId: string): Progress {
  const progress = readProgress(connection, 'rotate', part.table);
  return progress?.keyId === keyId ? progress : { keyId, position: null, done: false };
}

/** @throws Error on a value that no key opens */
function resealed(part: Part, values: Sealed, keyId: string): Sealed | null {
  const set: Sealed = {};
  for (const name of part.sealed) {
    const value = values[name] ?? null;
    if (value !== null && keyIdOf(value) !== keyId) set[name] = seal(unseal(value));
  }
  return Object.keys(set).length > 0 ? set : null;
}

/** A last transaction after which everything before it is on the disk, too. */
function settle(connection: Database.Database, work: () => void): void {
  connection.pragma('synchronous = FULL');
  // Whatever it changes: an empty one would write nothing.
  connection
    .transaction(() => {
      work();
      connection.prepare("UPDATE sealing_progress SET done = done WHERE task = 'rotate'").run();
    })
    .immediate();
}

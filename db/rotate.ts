/** Personal data sealed anew by another key, in a process of its own, while the console runs. */
import { setTimeout as sleep } from 'node:timers/promises';
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
import { openSql, type Sql } from './sql.ts';
import { checkKeys, proveKeys } from './unlock.ts';

/** Servers take a changed file over within a second. */
const TAKEN_OVER = 2500;
/** Of each lot's time: what is left to others. */
const PAUSE = 2;
const SHORTEST_PAUSE = 10;

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
  const sql = await openSealed(databaseUrl);
  try {
    const { current } = await takeKeys(sql, keysFile);
    // Whoever began to write under the former key has ended when this gets its turn.
    await sleep(TAKEN_OVER);
    await sql.transaction(() => proveKeys(sql));
    const broken: string[] = [];
    let [total, done] = [0, 0];
    for (const part of PARTS) total += await countRows(sql, part);
    for (const part of PARTS) {
      let progress = await progressOf(sql, part, current);
      done += await countRows(sql, part, progress.done ? undefined : progress.position);
      told(done, total);
      while (!progress.done) {
        const started = performance.now();
        const step = await walkOn(sql, 'rotate', part, progress, (values, key) => {
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
    await settle(sql, async () => {});
    return { keyId: current, rows: total, broken };
  } finally {
    await sql.close();
  }
}

/**
 * Takes keys out of the file that no value is sealed by any more.
 * @returns their ids
 * @throws KeysError
 */
export async function prune(databaseUrl: string, keysFile: string): Promise<string[]> {
  const sql = await openSealed(databaseUrl);
  try {
    const ring = readKeys(keysFile);
    setKeys(keysFile);
    await checkKeys(sql);
    const used = await countByKey(sql);
    const gone = Object.keys(ring.keys).filter((id) => id !== ring.current && !used.has(id));
    // The database no longer asks for them before they are gone, and that is on the disk.
    await settle(sql, async () => {
      await proveKeys(sql);
      for (const id of gone) await sql.run('DELETE FROM data_keys WHERE id = ?', [id]);
    });
    const keys = Object.fromEntries(Object.entries(ring.keys).filter(([id]) => !gone.includes(id)));
    if (gone.length > 0) saveKeys(keysFile, { ...ring, keys });
    return gone;
  } finally {
    await sql.close();
  }
}

/** How many values each key of the file has sealed. @throws KeysError */
export async function listKeys(
  databaseUrl: string,
  keysFile: string,
): Promise<{ id: string; current: boolean; values: number }[]> {
  const sql = await openSealed(databaseUrl);
  try {
    const { keys, current } = readKeys(keysFile);
    const used = await countByKey(sql);
    return Object.keys(keys).map((id) => ({ id, current: id === current, values: used.get(id) ?? 0 }));
  } finally {
    await sql.close();
  }
}

/** @throws Error where there is no database that was sealed */
async function openSealed(databaseUrl: string) {
  const sql = await openSql(databaseUrl);
  // A version before the keys has no such table.
  const file = await readProgress(sql, 'seal', 'file').catch(() => null);
  if (file?.done) return sql;
  await sql.close();
  throw new Error('the database is not sealed yet: start the console with DATA_KEYS once');
}

/**
 * The keys with the one to rotate to. What is to be done is written down before the file changes, so that a rotation that is killed anywhere is
 * taken up and no key is added for nothing.
 */
async function takeKeys(sql: Sql, keysFile: string): Promise<KeyRing> {
  let ring = readKeys(keysFile);
  setKeys(keysFile);
  // By another file's keys nothing could be opened, and its own would take their place.
  await checkKeys(sql);
  const parts = await Promise.all(PARTS.map(({ table }) => readProgress(sql, 'rotate', table)));
  const open = parts.find((part) => part && !part.done);
  const target = open?.keyId ?? addKey(ring).current;
  if (!open) {
    await sql.transaction(async () => {
      for (const { table } of PARTS) {
        await writeProgress(sql, 'rotate', table, { keyId: target, position: null, done: false });
      }
    });
  }
  if (!Object.hasOwn(ring.keys, target)) {
    ring = addKey(ring);
    saveKeys(keysFile, ring);
  }
  setKeys(keysFile);
  return ring;
}

/** From the beginning, where it was begun for another key. */
async function progressOf(sql: Sql, part: Part, keyId: string): Promise<Progress> {
  const progress = await readProgress(sql, 'rotate', part.table);
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
async function settle(sql: Sql, work: () => Promise<void>): Promise<void> {
  await sql.settle();
  await sql.transaction(async () => {
    await work();
    // Whatever it changes: an empty one would write nothing.
    await sql.run("UPDATE sealing_progress SET done = done WHERE task = 'rotate'");
  });
}

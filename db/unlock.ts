import type Database from 'better-sqlite3';
import { KeysError } from './keys.ts';
import { PARTS, type Part, readProgress, type Sealed, walkOn, writeProgress } from './reseal.ts';
import { currentKeyId, indexOf, keyIdOf, keyIds, seal, unseal } from './seal.ts';

const PROOF = 'vaccination-console';
const INDEX = 'index';
/** Whether the file was written anew after its values of before were sealed. */
const FILE = 'file';

/**
 * Makes sure that the process's keys are those that a database was sealed with, and seals what lies in it unsealed, of versions before the keys;
 * then the file is written anew, so that nothing of it lies in its gaps or in the log. Broken off, the next call goes on.
 * @param isNew there was no file before
 * @returns how many rows were sealed
 * @throws KeysError when a key is missing or another one than it was; Error when another program keeps the old log
 */
export function unlock(connection: Database.Database, isNew: boolean): { sealed: number } {
  checkKeys(connection);
  proveKeys(connection);
  if (!readProgress(connection, 'seal', FILE)) {
    connection.transaction(() => begin(connection, isNew)).immediate();
  }
  let sealed = 0;
  for (const part of PARTS) sealed += sealPart(connection, part);
  const file = readProgress(connection, 'seal', FILE);
  if (file && !file.done) {
    keyDigests(connection);
    connection.exec('VACUUM');
    const [checkpoint] = connection.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    if (checkpoint?.busy) throw new Error('another program has the database open: end it, and start again');
    writeProgress(connection, 'seal', FILE, { ...file, done: true });
  }
  return { sealed };
}

/** Keeps how to tell the current key and the index's from others of the same name. */
export function proveKeys(connection: Database.Database): void {
  const keep = connection.prepare('INSERT INTO data_keys (id, proof) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const known = connection.prepare('SELECT count(*) FROM data_keys WHERE id IN (?, ?)').pluck();
  if (known.get(currentKeyId(), INDEX) === 2) return;
  keep.run(currentKeyId(), seal(PROOF));
  keep.run(INDEX, indexOf(INDEX, PROOF));
}

/** @throws KeysError where the process's keys are not those that the database was sealed with */
export function checkKeys(connection: Database.Database): void {
  const here = keyIds();
  for (const { id, proof } of connection.prepare('SELECT id, proof FROM data_keys').all() as Proof[]) {
    if (id !== INDEX && !here.includes(id)) {
      throw new KeysError(`setting DATA_KEYS: key ${id} is missing, which the database was sealed with: put it back`);
    }
    if (id === INDEX ? proof === indexOf(INDEX, PROOF) : tryToOpen(proof) === PROOF) continue;
    const which = id === INDEX ? 'index secret' : `key ${id}`;
    throw new KeysError(
      `setting DATA_KEYS: its ${which} is another than the database was sealed with: name the right file`,
    );
  }
}
interface Proof {
  id: string;
  proof: string;
}

/** A new file has nothing to be sealed or to be forgotten. */
function begin(connection: Database.Database, isNew: boolean): void {
  const keyId = currentKeyId();
  for (const part of isNew ? PARTS.map(({ table }) => table) : []) {
    writeProgress(connection, 'seal', part, { keyId, position: null, done: true });
  }
  writeProgress(connection, 'seal', FILE, { keyId, position: null, done: isNew });
}

function sealPart(connection: Database.Database, part: Part): number {
  let progress = readProgress(connection, 'seal', part.table) ?? { keyId: currentKeyId(), position: null, done: false };
  let sealed = 0;
  while (!progress.done) {
    const step = walkOn(connection, 'seal', part, progress, (values) => sealRow(part, values));
    progress = step.progress;
    sealed += step.changed;
  }
  return sealed;
}

function sealRow(part: Part, values: Sealed): Sealed | null {
  const set: Sealed = {};
  for (const name of part.sealed) {
    const value = values[name] ?? null;
    if (value !== null && tryToOpen(value) === null) set[name] = seal(value);
  }
  for (const { column, of } of part.indexes) {
    const value = values[of] ?? null;
    if (value !== null && values[column] === null) set[column] = indexOf(of, tryToOpen(value) ?? value);
  }
  return Object.keys(set).length > 0 ? set : null;
}

/** A batch of few rows tells who is in it to whoever tries numbers against a plain digest: SHA-256 in hex, of before. */
function keyDigests(connection: Database.Database): void {
  connection.function('keyed_digest', (digest) => indexOf('batch', String(digest)));
  connection.exec('UPDATE batches SET digest = keyed_digest(digest) WHERE length(digest) = 64');
}

/** Null of what no key here has sealed. */
function tryToOpen(value: string): string | null {
  if (keyIdOf(value) === null) return null;
  try {
    return unseal(value);
  } catch {
    return null;
  }
}

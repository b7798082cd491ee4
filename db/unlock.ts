import { KeysError } from './keys.ts';
import { PARTS, type Part, readProgress, type Sealed, walkOn, writeProgress } from './reseal.ts';
import { currentKeyId, indexOf, keyIdOf, keyIds, seal, unseal } from './seal.ts';
import type { Sql } from './sql.ts';

const PROOF = 'vaccination-console';
const INDEX = 'index';
/** Whether the file was written anew after its values of before were sealed. */
const FILE = 'file';

/**
 * Makes sure that the process's keys are those that a database was sealed with, and seals what lies in it unsealed, of versions before the keys;
 * then the file is written anew, so that nothing of it lies in its gaps or in the log. Broken off, the next call goes on.
 * @param on.isNew nothing was there before
 * @param on.rewrite writes the file anew
 * @returns how many rows were sealed
 * @throws KeysError when a key is missing or another one than it was; Error when another program keeps the old log
 */
export async function unlock(
  sql: Sql,
  { isNew, rewrite }: { isNew: boolean; rewrite?: () => void },
): Promise<{ sealed: number }> {
  await checkKeys(sql);
  await proveKeys(sql);
  if (!(await readProgress(sql, 'seal', FILE))) await sql.transaction(() => begin(sql, isNew));
  let sealed = 0;
  for (const part of PARTS) sealed += await sealPart(sql, part);
  const file = await readProgress(sql, 'seal', FILE);
  if (file && !file.done) {
    await keyDigests(sql);
    rewrite?.();
    await writeProgress(sql, 'seal', FILE, { ...file, done: true });
  }
  return { sealed };
}

/** Keeps how to tell the current key and the index's from others of the same name. */
export async function proveKeys(sql: Sql): Promise<void> {
  const known = await sql.all('SELECT 1 FROM data_keys WHERE id IN (?, ?)', [currentKeyId(), INDEX]);
  if (known.length === 2) return;
  const keep = 'INSERT INTO data_keys (id, proof) VALUES (?, ?) ON CONFLICT DO NOTHING';
  await sql.run(keep, [currentKeyId(), seal(PROOF)]);
  await sql.run(keep, [INDEX, indexOf(INDEX, PROOF)]);
}

/** @throws KeysError where the process's keys are not those that the database was sealed with */
export async function checkKeys(sql: Sql): Promise<void> {
  const here = keyIds();
  for (const { id, proof } of await sql.all<Proof>('SELECT id, proof FROM data_keys')) {
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

/** What is new has nothing to be sealed or to be forgotten. */
async function begin(sql: Sql, isNew: boolean): Promise<void> {
  const keyId = currentKeyId();
  for (const part of isNew ? PARTS.map(({ table }) => table) : []) {
    await writeProgress(sql, 'seal', part, { keyId, position: null, done: true });
  }
  await writeProgress(sql, 'seal', FILE, { keyId, position: null, done: isNew });
}

async function sealPart(sql: Sql, part: Part): Promise<number> {
  const begun = await readProgress(sql, 'seal', part.table);
  let progress = begun ?? { keyId: currentKeyId(), position: null, done: false };
  let sealed = 0;
  while (!progress.done) {
    const step = await walkOn(sql, 'seal', part, progress, (values) => sealRow(part, values));
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
async function keyDigests(sql: Sql): Promise<void> {
  await sql.transaction(async () => {
    const plain = await sql.all<{ id: number; digest: string }>(
      'SELECT id, digest FROM batches WHERE length(digest) = 64',
    );
    for (const { id, digest } of plain) {
      await sql.run('UPDATE batches SET digest = ? WHERE id = ?', [indexOf('batch', digest), id]);
    }
  });
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

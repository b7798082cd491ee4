/**
 * The keys of personal data at rest (docs/decisions/015): a JSON file, or the JSON itself, as the setting DATA_KEYS names it.
 * Nothing here tells a secret, in errors neither.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fchownSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { sync } from './sync.ts';

/** What DATA_KEYS holds. */
export interface KeyRing {
  /** What is written is sealed by this key. */
  current: string;
  /** Secrets by their ids, `k1`, `k2` and so on: what was sealed by an earlier key is still opened. */
  keys: Record<string, string>;
  /** The secret of the search indexes; a rotation leaves it as it is. */
  index: string;
}

/** Keys are missing or wrong: one line that says what to do. */
export class KeysError extends Error {
  // What the log tells of an error.
  override name = 'KeysError';
}

const SHORTEST = 32;
const KEY_ID = /^k[1-9]\d{0,5}$/;

/** The demo's and the tests': everybody knows it. */
export const DEMO_KEYS = JSON.stringify({
  current: 'k1',
  keys: { k1: 'demo-only-data-key-that-everybody-knows' },
  index: 'demo-only-index-key-that-everybody-knows',
} satisfies KeyRing);

/** The file that a setting names; null where it is the JSON itself. */
export const keysFileOf = (setting: string): string | null => (setting.trimStart().startsWith('{') ? null : setting);

/** @throws KeysError */
export function readKeys(setting: string): KeyRing {
  const file = keysFileOf(setting);
  return parseKeys(file === null ? setting : readPrivate(file), file ?? 'its value');
}

/** New keys, random. */
export const makeKeys = (): KeyRing => ({ current: 'k1', keys: { k1: makeSecret() }, index: makeSecret() });

/** The keys with one more, which becomes the current one. */
export function addKey(ring: KeyRing): KeyRing {
  const last = Math.max(...Object.keys(ring.keys).map((id) => Number(id.slice(1))));
  const current = `k${last + 1}`;
  return { ...ring, current, keys: { ...ring.keys, [current]: makeSecret() } };
}

/**
 * Writes a file of keys, whole or not at all, for its owner's eyes only, who stays the same; it is on the disk when this returns.
 * @param options.fresh refuses to write over another
 * @throws KeysError
 */
export function saveKeys(path: string, ring: KeyRing, { fresh = false } = {}): void {
  const written = fresh ? path : `${path}.new`;
  try {
    const file = openSync(written, fresh ? 'wx' : 'w', 0o600);
    writeSync(file, `${JSON.stringify(ring, null, 2)}\n`);
    if (!fresh && process.platform !== 'win32') {
      const { uid, gid } = statSync(path);
      fchownSync(file, uid, gid);
    }
    fsyncSync(file);
    closeSync(file);
    if (!fresh) renameSync(written, path);
    // Its name, too: what is sealed by a key that a power cut takes back is lost.
    if (process.platform !== 'win32') sync(dirname(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new KeysError(code === 'EEXIST' ? `${path} is there already` : `${path} can't be written (${code})`);
  }
}

const makeSecret = () => randomBytes(32).toString('base64url');

function readPrivate(path: string): string {
  try {
    const open = process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
    if (open) throw new KeysError(`setting DATA_KEYS: others may read ${path}: chmod 600 it`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof KeysError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new KeysError(
      `setting DATA_KEYS: ${path} can't be read (${code}): restore it, or make keys for a new database by npm run keys -- create --file ${path}`,
    );
  }
}

function parseKeys(text: string, where: string): KeyRing {
  const wrong = (why: string) => new KeysError(`setting DATA_KEYS: ${why} in ${where}`);
  let given: Partial<KeyRing>;
  try {
    given = JSON.parse(text);
  } catch {
    throw wrong('there is no JSON');
  }
  const { current, keys, index } = given ?? {};
  if (typeof current !== 'string' || typeof keys !== 'object' || keys === null || typeof index !== 'string') {
    throw wrong('"current", "keys" and "index" are not all');
  }
  for (const [id, secret] of [...Object.entries(keys), ['index', index] as const]) {
    if (id !== 'index' && !KEY_ID.test(id)) throw wrong('there is a key whose id is not k and a number');
    if (typeof secret !== 'string' || secret.length < SHORTEST) {
      throw wrong(`${id} has fewer than ${SHORTEST} characters`);
    }
  }
  if (!Object.hasOwn(keys, current)) throw wrong('the current key is missing');
  return { current, keys, index };
}

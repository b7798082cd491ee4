/**
 * Personal data as it lies in the database (docs/decisions/015): each value by itself, SM4-CBC (GB/T 32907) under a random IV, then HMAC-SM3
 * (GB/T 32905) over key id, IV and ciphertext; searched by a keyed index. The keys are the process's, given once by {@link setKeys}
 * before the first query; a file of keys that changes is read again while the process runs.
 *
 * A sealed value: `k2.` and base64url of 16 bytes of IV, the ciphertext, 16 bytes of tag.
 */
import {
  type Cipher,
  createCipheriv,
  createDecipheriv,
  type Decipher,
  hash,
  hkdfSync,
  randomFillSync,
  timingSafeEqual,
} from 'node:crypto';
import { statSync } from 'node:fs';
import { type KeyRing, KeysError, keysFileOf, readKeys } from './keys.ts';

const BLOCK = 16;
/** Of HMAC-SM3's 32 bytes: 128 bits. */
const TAG = 16;
/** Of its base64url: 132 bits. */
const INDEX = 22;
/** SM3's block. */
const HASHED = 64;
/** How often a file of keys is looked at, ms. */
const LOOK_AGAIN = 1000;
const SEALED = /^(k\d+)\.([\w-]+)$/;

interface Key {
  id: string;
  encrypt: Cipher;
  decrypt: Decipher;
  mac: Mac;
}
/** HMAC by two calls of `hash`, which leave less to be cleared away than `createHmac` does: a batch asks for hundreds of thousands. */
interface Mac {
  /** The key as RFC 2104 pads it; behind it there is room for the text. */
  inner: Buffer;
  outer: Buffer;
}
interface Keys {
  given: KeyRing;
  current: Key;
  all: Map<string, Key>;
  index: Mac;
}

let keys: Keys | null = null;
let file: { path: string; stamp: string; lookedAt: number } | null = null;

/**
 * Gives the process its keys.
 * @param setting DATA_KEYS: the path of a JSON file, or the JSON
 * @throws KeysError
 */
export function setKeys(setting: string): void {
  const path = keysFileOf(setting);
  keys = derive(readKeys(setting));
  file = path === null ? null : { path, stamp: stampOf(path), lookedAt: Date.now() };
}

/** Ids of all keys that are here. @throws KeysError without keys */
export const keyIds = (): string[] => [...present().all.keys()];
/** The key by which the next value is sealed. @throws KeysError without keys */
export const currentKeyId = (): string => present().current.id;

/** Seals a text; the same one differently each time. @throws KeysError without keys */
export function seal(text: string): string {
  const { id, encrypt, mac } = present().current;
  const length = Buffer.byteLength(text);
  const padding = BLOCK - (length % BLOCK);
  const blocks = Buffer.allocUnsafe(BLOCK + length + padding);
  nextRandom(blocks);
  blocks.write(text, BLOCK);
  blocks.fill(padding, BLOCK + length);
  // The cipher chains on from whatever it sealed before: what it makes of a random block is as random, and is the IV of what follows.
  const body = encrypt.update(blocks);
  const inner = write(mac, `${id}.`, body, TAG);
  const from = HASHED + id.length + 1;
  inner.write(tagOf(mac, id.length + 1 + body.length), from + body.length, TAG, 'binary');
  return `${id}.${inner.toString('base64url', from, from + body.length + TAG)}`;
}

/** @throws KeysError on a key that is not here, Error on anything else that {@link seal} did not make; a value stands in neither */
export function unseal(sealed: string): string {
  const parts = partsOf(sealed);
  if (!parts) throw new Error('a sealed value is none');
  const key = present().all.get(parts.id) ?? lookAgain()?.all.get(parts.id);
  if (!key) {
    throw new KeysError(
      `setting DATA_KEYS: key ${parts.id} is missing, which the database was sealed with: put it back`,
    );
  }
  write(key.mac, `${key.id}.`, parts.body, 0);
  const tag = Buffer.from(tagOf(key.mac, key.id.length + 1 + parts.body.length), 'binary');
  if (!timingSafeEqual(parts.tag, tag.subarray(0, TAG))) throw new Error('a sealed value was changed');
  // The IV comes first, so it does not matter what was opened before; its own block is nothing.
  const blocks = key.decrypt.update(parts.body);
  return blocks.toString('utf8', BLOCK, blocks.length - (blocks[blocks.length - 1] ?? 0));
}

/** The id of the key that a value says it was sealed by; null of what has no such form. */
export const keyIdOf = (value: string): string | null => partsOf(value)?.id ?? null;

/**
 * By which a sealed value is found: the same for the same text, whatever the current key.
 * @param kind what it is, e.g. `idcode`: a text has another index as another kind
 * @throws KeysError without keys
 */
export function indexOf(kind: string, text: string): string {
  const { index } = present();
  const bytes = Buffer.from(text);
  write(index, `${kind}\n`, bytes, 0);
  return tagOf(index, kind.length + 1 + bytes.length, 'base64url').slice(0, INDEX);
}

/** The indexes of a record, by document number and by phone. */
export const indexesOf = ({ idcode, phone }: { idcode: string; phone: string }) => ({
  idcodeIndex: indexOf('idcode', idcode),
  phoneIndex: indexOf('phone', phone),
});

/**
 * Compares what OpenSSL computes with what the standards print: GB/T 32907-2016 A.1, GB/T 32905-2016 A.1 and A.2, and HMAC-SM3 of GM/T 0042-2015.
 * @throws Error where it differs, or has no SM3 or SM4
 */
export function selfTest(): void {
  const key = Buffer.from('0123456789abcdeffedcba9876543210', 'hex');
  const sm4 = () => createCipheriv('sm4-cbc', key, Buffer.alloc(BLOCK)).update(key).toString('hex');
  const letters = 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'.repeat(2);
  const macKey = Buffer.from(Array.from({ length: 32 }, (_, n) => n + 1));
  const tests: [what: string, compute: () => string, expected: string][] = [
    ['SM4', sm4, '681edf34d206965e86b3e94f536e4246'],
    ['SM3', () => hash('sm3', 'abc'), '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'],
    ['SM3', () => hash('sm3', 'abcd'.repeat(16)), 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732'],
    [
      'HMAC-SM3',
      () => {
        const mac = makeMac(macKey);
        write(mac, letters, Buffer.alloc(0), 0);
        return tagOf(mac, letters.length, 'hex');
      },
      'ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a',
    ],
  ];
  for (const [what, compute, expected] of tests) {
    let computed: string;
    try {
      computed = compute();
    } catch {
      throw new Error(`this Node's OpenSSL has no ${what}: run the console on a Node whose OpenSSL has SM3 and SM4`);
    }
    if (computed !== expected) throw new Error(`this Node's OpenSSL computes ${what} wrong: run another Node`);
  }
}

function derive(given: KeyRing): Keys {
  const from = (secret: string, what: string, bytes: number) =>
    Buffer.from(hkdfSync('sm3', secret, '', `vaccination-console data ${what}`, bytes));
  const all = new Map<string, Key>();
  for (const [id, secret] of Object.entries(given.keys)) {
    const key = from(secret, 'cipher', BLOCK);
    const none = Buffer.alloc(BLOCK);
    const encrypt = createCipheriv('sm4-cbc', key, none).setAutoPadding(false);
    const decrypt = createDecipheriv('sm4-cbc', key, none).setAutoPadding(false);
    all.set(id, { id, encrypt, decrypt, mac: makeMac(from(secret, 'mac', 32)) });
  }
  return { given, current: all.get(given.current) as Key, all, index: makeMac(from(given.index, 'index', 32)) };
}

/** @param key no longer than 64 bytes */
function makeMac(key: Buffer): Mac {
  const padded = (pad: number, room: number) =>
    Buffer.alloc(HASHED + room).map((_, at) => (at < HASHED ? (key[at] ?? 0) ^ pad : 0)) as Buffer;
  return { inner: padded(0x36, 512), outer: padded(0x5c, 32) };
}

/** Writes a text to be hashed: an ASCII head, then bytes. @returns where it stands, with `more` bytes of room behind it */
function write(mac: Mac, head: string, bytes: Buffer, more: number): Buffer {
  const end = HASHED + head.length + bytes.length + more;
  if (mac.inner.length < end) mac.inner = Buffer.concat([mac.inner.subarray(0, HASHED)], 2 * end);
  mac.inner.write(head, HASHED, 'latin1');
  bytes.copy(mac.inner, HASHED + head.length);
  return mac.inner;
}

/** HMAC-SM3 of the first `length` bytes that were written. */
function tagOf(mac: Mac, length: number, encoding: 'binary' | 'base64url' | 'hex' = 'binary'): string {
  mac.outer.write(hash('sm3', mac.inner.subarray(0, HASHED + length), 'binary'), HASHED, 'binary');
  return hash('sm3', mac.outer, encoding);
}

function partsOf(sealed: string) {
  const [, id = '', text = ''] = SEALED.exec(sealed) ?? [];
  const bytes = Buffer.from(text, 'base64url');
  const whole = bytes.length >= 2 * BLOCK + TAG && (bytes.length - TAG) % BLOCK === 0;
  // One text only for the same bytes.
  if (!whole || bytes.toString('base64url') !== text) return null;
  return { id, body: bytes.subarray(0, -TAG), tag: bytes.subarray(-TAG) };
}

/** The keys, as the file has them by now. */
function present(): Keys {
  if (!keys) throw new KeysError('setting DATA_KEYS: personal data is sealed: name the file of its keys');
  if (file && Date.now() - file.lookedAt >= LOOK_AGAIN) return lookAgain() ?? keys;
  return keys;
}

/**
 * Reads the file again if it changed. One that can't be read now, or that gives another secret to a key or to the index, is not taken over:
 * the next start says so.
 */
function lookAgain(): Keys | null {
  if (!file || !keys) return keys;
  file.lookedAt = Date.now();
  try {
    const stamp = stampOf(file.path);
    if (stamp === file.stamp) return keys;
    const given = readKeys(file.path);
    const before = keys.given;
    const same =
      given.index === before.index && Object.entries(given.keys).every(([id, it]) => (before.keys[id] ?? it) === it);
    if (same) keys = derive(given);
    file.stamp = stamp;
  } catch {
    // As above.
  }
  return keys;
}

function stampOf(path: string): string {
  const { ino, mtimeMs, size } = statSync(path);
  return `${ino} ${mtimeMs} ${size}`;
}

const random = Buffer.alloc(8192);
let used = random.length;
/** Puts a random block at the beginning of `into`: a pool costs less than as many calls. */
function nextRandom(into: Buffer): void {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  random.copy(into, 0, used, used + BLOCK);
  used += BLOCK;
}

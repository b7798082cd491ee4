import { createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addKey, DEMO_KEYS, type KeyRing, makeKeys, readKeys, saveKeys } from './keys.ts';
import { currentKeyId, indexOf, keyIdOf, seal, selfTest, setKeys, unseal } from './seal.ts';

const NUMBER = '440106199001011234';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'console-keys-'));
  setKeys(DEMO_KEYS);
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const anything = fc.string({ unit: 'binary', maxLength: 700 });

describe('a sealed value', () => {
  it('is computed as the standards say', () => {
    expect(selfTest).not.toThrow();
  });

  it('is SM4-CBC and HMAC-SM3 over key id, IV and ciphertext, as OpenSSL has them', () => {
    const ring = JSON.parse(DEMO_KEYS) as KeyRing;
    const derive = (secret: string, what: string, bytes: number) =>
      Buffer.from(hkdfSync('sm3', secret, '', `vaccination-console data ${what}`, bytes));
    for (const text of ['', NUMBER, '广州市示例路 1 号', '长'.repeat(3000)]) {
      const [id = '', value = ''] = seal(text).split('.');
      const bytes = Buffer.from(value, 'base64url');
      const [iv, body, tag] = [bytes.subarray(0, 16), bytes.subarray(16, -16), bytes.subarray(-16)];
      const decipher = createDecipheriv('sm4-cbc', derive(ring.keys[id] ?? '', 'cipher', 16), iv);
      expect(Buffer.concat([decipher.update(body), decipher.final()]).toString()).toBe(text);
      const mac = createHmac('sm3', derive(ring.keys[id] ?? '', 'mac', 32))
        .update(`${id}.`)
        .update(iv)
        .update(body);
      expect(mac.digest().subarray(0, 16)).toEqual(tag);
      const index = createHmac('sm3', derive(ring.index, 'index', 32)).update(`phone\n${text}`);
      expect(indexOf('phone', text)).toBe(index.digest('base64url').slice(0, 22));
    }
  });

  it('gives back whatever text was sealed, in any order, and shows none of it', () => {
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1, maxLength: 8 }), fc.nat(), (texts, at) => {
        const sealed = texts.map(seal);
        const first = at % texts.length;
        expect(unseal(sealed[first] ?? '')).toBe(texts[first]);
        expect(sealed.map(unseal)).toEqual(texts);
        for (const value of sealed) expect(value).toMatch(/^k1\.[\w-]{64,}$/);
      }),
      { numRuns: 300 },
    );
  });

  it('is another one each time', () => {
    const values = Array.from({ length: 2000 }, () => seal(NUMBER));
    expect(new Set(values).size).toBe(values.length);
    // The IVs, too: the pool of random bytes gives none twice.
    expect(new Set(values.map((value) => value.slice(3, 24))).size).toBe(values.length);
  });

  it('is refused when a bit of any part was changed, or when it was cut, joined or unsealed all along', () => {
    const sealed = seal(NUMBER);
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let at = 0; at < bytes.length * 8; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7));
      expect(() => unseal(`k1.${changed.toString('base64url')}`)).toThrow('was changed');
    }
    for (let at = 0; at < sealed.length; at += 1) {
      for (const other of ['A', '_', '.', '=', ' ', '']) {
        const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
        if (changed !== sealed) expect(() => unseal(changed)).toThrow();
      }
    }
    for (const odd of [
      '',
      'k1.',
      NUMBER,
      `${sealed}\n`,
      ` ${sealed}`,
      `${sealed}=`,
      sealed + sealed,
      sealed.slice(0, -22),
    ]) {
      expect(() => unseal(odd)).toThrow();
    }
    expect(unseal(sealed)).toBe(NUMBER);
  });

  it('is refused under the name of another key, and by another secret of the same name', () => {
    const sealed = seal(NUMBER);
    const ring = readKeys(DEMO_KEYS);
    setKeys(JSON.stringify(addKey(ring)));
    expect(currentKeyId()).toBe('k2');
    expect(unseal(sealed)).toBe(NUMBER);
    expect(() => unseal(sealed.replace('k1', 'k2'))).toThrow('was changed');
    expect(() => unseal(sealed.replace('k1', 'k3'))).toThrow('key k3 is missing');
    setKeys(JSON.stringify(makeKeys()));
    expect(() => unseal(sealed)).toThrow('was changed');
  });

  it('tells nothing of itself where it is refused', () => {
    const sealed = seal(NUMBER);
    for (const wrong of [NUMBER, `${sealed.slice(0, -4)}AAAA`, sealed.replace('k1', 'k9')]) {
      let told = '';
      try {
        unseal(wrong);
      } catch (error) {
        told = String((error as Error).stack);
      }
      expect(told).not.toBe('');
      expect(told).not.toContain(NUMBER);
      expect(told).not.toContain(sealed.slice(3, 20));
    }
  });
});

it('an index is the same for the same text, another for another text or kind, and outlives a rotation', () => {
  const found = indexOf('idcode', NUMBER);
  expect(found).toMatch(/^[\w-]{22}$/);
  expect(indexOf('phone', NUMBER)).not.toBe(found);
  expect(indexOf('idcode', `${NUMBER} `)).not.toBe(found);
  setKeys(JSON.stringify(addKey(readKeys(DEMO_KEYS))));
  expect(indexOf('idcode', NUMBER)).toBe(found);
});

describe('a file of keys', () => {
  const path = () => join(folder, 'keys.json');

  it('is for its owner only, and never written over when it is made', () => {
    saveKeys(path(), makeKeys(), { fresh: true });
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(() => saveKeys(path(), makeKeys(), { fresh: true })).toThrow('is there already');
    const before = readKeys(path());
    saveKeys(path(), addKey(before));
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readKeys(path())).toMatchObject({ current: 'k2', index: before.index, keys: before.keys });
    chmodSync(path(), 0o644);
    expect(() => readKeys(path())).toThrow('chmod 600');
  });

  it.each([
    ['{', 'no JSON'],
    ['null', '"current"'],
    ['{}', '"current"'],
    [JSON.stringify({ ...makeKeys(), index: 'short' }), 'index has fewer than 32'],
    [JSON.stringify({ ...makeKeys(), keys: { k1: 'secret-of-31-characters-exactly' } }), 'k1 has fewer than 32'],
    [JSON.stringify({ ...makeKeys(), current: 'k2' }), 'current key is missing'],
    [JSON.stringify({ ...makeKeys(), keys: { first: 'x'.repeat(40) } }), 'whose id is not'],
  ])('is refused in one line where it is wrong, without a secret: %s', (text, why) => {
    writeFileSync(path(), text, { mode: 0o600 });
    let told = '';
    try {
      readKeys(path());
    } catch (error) {
      told = (error as Error).message;
    }
    expect(told).toContain(why);
    expect(told.split('\n')).toHaveLength(1);
    expect(told).not.toMatch(/secret-of|xxxx/);
    // The value of the setting itself is judged alike.
    if (text.startsWith('{')) expect(() => readKeys(text)).toThrow(why);
  });

  it('is taken over while the process runs: a new current key within a second, a missing one at once', () => {
    const ring = makeKeys();
    saveKeys(path(), ring, { fresh: true });
    vi.useFakeTimers({ toFake: ['Date'] });
    setKeys(path());
    const more = addKey(ring);
    saveKeys(path(), more);
    expect(keyIdOf(seal(NUMBER))).toBe('k1');
    vi.advanceTimersByTime(1000);
    expect(keyIdOf(seal(NUMBER))).toBe('k2');
    const last = addKey(more);
    setKeys(JSON.stringify(last));
    const sealed = seal(NUMBER);
    setKeys(path());
    saveKeys(path(), last);
    expect(unseal(sealed)).toBe(NUMBER);
  });

  it('is not taken over when it is broken, or gives another secret to a key or to the index', () => {
    const ring = makeKeys();
    saveKeys(path(), ring, { fresh: true });
    vi.useFakeTimers({ toFake: ['Date'] });
    setKeys(path());
    const [sealed, index] = [seal(NUMBER), indexOf('idcode', NUMBER)];
    const spoils = [
      () => writeFileSync(path(), '{'),
      () => saveKeys(path(), { ...addKey(ring), index: makeKeys().index }),
      () => saveKeys(path(), { ...addKey(ring), keys: { ...addKey(ring).keys, k1: makeKeys().index } }),
      () => rmSync(path()),
    ];
    for (const spoil of spoils) {
      spoil();
      vi.advanceTimersByTime(1500);
      expect(unseal(sealed)).toBe(NUMBER);
      expect(indexOf('idcode', NUMBER)).toBe(index);
      expect(currentKeyId()).toBe('k1');
    }
    saveKeys(path(), addKey(ring), { fresh: true });
    vi.advanceTimersByTime(1500);
    expect(currentKeyId()).toBe('k2');
  });
});

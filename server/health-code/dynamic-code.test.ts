import { randomFillSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dynamicCodeKeys, makeDynamicCode, readDynamicCode } from './dynamic-code.ts';
import { type HealthCode, parseHealthCode } from './parse.ts';

const keys = dynamicCodeKeys('a-secret-of-this-test-and-of-nothing-else');
const cardNo = 'A1B2C3D4'.repeat(8);
const expiresAt = new Date('2026-11-25T08:00:30.750Z');
const text = makeDynamicCode(keys, { cardNo, issuer: 'GZHEALTH', expiresAt });
const code = parseHealthCode(text) as HealthCode & { dynamic: string };

/** A text of hex digits with one bit changed. */
function flipped(hex: string, bit: number): string {
  const bytes = Buffer.from(hex, 'hex');
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes.toString('hex').toUpperCase();
}

describe('a dynamic code', () => {
  it('is one that the scanner takes, and tells its issuer when it ends', () => {
    expect(code).toEqual({
      ...{ cardNo, type: 'dynamic', issuer: 'GZHEALTH', dynamic: expect.stringMatching(/^[0-9A-F]{32}$/) },
    });
    expect(readDynamicCode(keys, code)).toEqual({ expiresAt: new Date('2026-11-25T08:00:30Z') });
  });

  it('is the same one in lower case', () => {
    const read = parseHealthCode(text.toLowerCase());
    expect(read && readDynamicCode(keys, read)).not.toBeNull();
  });

  it('is refused with any bit of its validity changed', () => {
    for (let bit = 0; bit < 128; bit += 1) {
      expect(readDynamicCode(keys, { ...code, dynamic: flipped(code.dynamic, bit) })).toBeNull();
    }
  });

  it('is refused with any bit of its card or its issuer changed', () => {
    for (let bit = 0; bit < 256; bit += 1) {
      expect(readDynamicCode(keys, { ...code, cardNo: flipped(cardNo, bit) })).toBeNull();
    }
    const issuer = Buffer.from('GZHEALTH').toString('hex');
    for (let bit = 0; bit < 64; bit += 1) {
      const other = Buffer.from(flipped(issuer, bit), 'hex').toString('latin1');
      expect(readDynamicCode(keys, { ...code, issuer: other })).toBeNull();
    }
    expect(readDynamicCode(keys, { cardNo, dynamic: code.dynamic })).toBeNull();
  });

  it('is refused of another secret, and without a whole validity', () => {
    expect(readDynamicCode(dynamicCodeKeys('another secret'), code)).toBeNull();
    expect(readDynamicCode(keys, { ...code, dynamic: code.dynamic.slice(2) })).toBeNull();
    expect(readDynamicCode(keys, { cardNo, issuer: 'GZHEALTH' })).toBeNull();
  });

  it('does not come about by chance: none of 1 000 000 random validities is accepted', () => {
    const random = randomFillSync(Buffer.alloc(16 * 1_000_000));
    let accepted = 0;
    for (let at = 0; at < random.length; at += 16) {
      if (readDynamicCode(keys, { ...code, dynamic: random.toString('hex', at, at + 16) })) accepted += 1;
    }
    expect(accepted).toBe(0);
  });
});

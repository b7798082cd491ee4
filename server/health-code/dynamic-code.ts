/**
 * Dynamic codes `CARD:0:DYN:ISSUER`. DYN is one SM4 block (GB/T 32907) of four bytes of expiry, seconds since 1970, and the first 96 bits of
 * HMAC-SM3 (GB/T 15852.2) over card, issuer and expiry: whoever lacks the issuer's secret can neither make one nor read its end.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { HealthCode } from './parse.ts';

/** What one issuer's secret gives. */
export interface DynamicCodeKeys {
  block: Buffer;
  tag: Buffer;
}

/** By HKDF (RFC 5869) with SM3: an SM4 key for the block, an HMAC key for the tag. */
export function dynamicCodeKeys(secret: string): DynamicCodeKeys {
  const derive = (purpose: string, bytes: number) => Buffer.from(hkdfSync('sm3', secret, '', purpose, bytes));
  return { block: derive('health code block', 16), tag: derive('health code tag', 32) };
}

/**
 * The text of a code that ends at a time, rounded down to the second.
 * @param code.cardNo 64 upper-case hex digits
 * @param code.issuer as {@link parseHealthCode} reads it, upper case
 */
export function makeDynamicCode(
  keys: DynamicCodeKeys,
  { cardNo, issuer, expiresAt }: { cardNo: string; issuer: string; expiresAt: Date },
): string {
  const expiry = Math.floor(expiresAt.getTime() / 1000);
  const block = Buffer.alloc(16);
  block.writeUInt32BE(expiry);
  tagOf(keys, cardNo, issuer, expiry).copy(block, 4);
  const cipher = createCipheriv('sm4-ecb', keys.block, null).setAutoPadding(false);
  return `${cardNo}:0:${cipher.update(block, undefined, 'hex').toUpperCase()}:${issuer}`;
}

/** When a code ends or ended; null when the issuer did not make it, or a bit of it was changed. */
export function readDynamicCode(
  keys: DynamicCodeKeys,
  { cardNo, dynamic = '', issuer = '' }: Pick<HealthCode, 'cardNo' | 'dynamic' | 'issuer'>,
): { expiresAt: Date } | null {
  if (!/^[0-9A-F]{32}$/i.test(dynamic)) return null;
  const decipher = createDecipheriv('sm4-ecb', keys.block, null).setAutoPadding(false);
  const block = decipher.update(dynamic, 'hex');
  const expiry = block.readUInt32BE();
  if (!timingSafeEqual(block.subarray(4), tagOf(keys, cardNo, issuer, expiry))) return null;
  return { expiresAt: new Date(expiry * 1000) };
}

const tagOf = (keys: DynamicCodeKeys, cardNo: string, issuer: string, expiry: number) =>
  createHmac('sm3', keys.tag).update(`${cardNo}\n${issuer}\n${expiry}`).digest().subarray(0, 12);

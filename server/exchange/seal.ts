import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Seals and opens secrets that must be known again, under a key of AUTH_SECRET. */
export interface Sealer {
  seal(text: string): string;
  /** Null when it was sealed under another AUTH_SECRET, or changed. */
  open(sealed: string): string | null;
}

/** AES-256-GCM (NIST SP 800-38D): 12 bytes of IV, 16 of tag, the text; in base64url. */
export function makeSealer(authSecret: string): Sealer {
  const key = Buffer.from(hkdfSync('sha256', authSecret, '', 'exchange credential', 32));
  return {
    seal(text) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(12, 28));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}

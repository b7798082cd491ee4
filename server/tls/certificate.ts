/** The server's certificate as it lies on the disk, taken over when it is replaced; and the authority that signed it, to be trusted. */
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, unwatchFile, watchFile } from 'node:fs';
import { isIP } from 'node:net';
import { dirname, join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { describeError, type Log } from '../log.ts';

/** Where `npm run tls` puts its files. */
export const TLS_FOLDER = 'data/tls';
export const TLS_FILES = {
  authority: 'authority.crt',
  authorityKey: 'authority.key',
  certificate: 'server.crt',
  key: 'server.key',
};
/** Paths of PEM files. */
export interface TlsPaths {
  cert: string;
  key: string;
}
interface Pair {
  cert: Buffer;
  key: Buffer;
}

/** How often the files are looked at, ms: polled, as renewers replace files and links in many ways. */
const LOOK_MS = 2_000;

/**
 * @throws Error that names the settings, when the files are missing or do not belong together
 */
export function openCertificate(paths: TlsPaths, log: Log) {
  let current: Pair;
  try {
    current = readPair(paths);
  } catch (error) {
    throw new Error(`settings TLS_CERT, TLS_KEY: ${(error as Error).message}`);
  }
  const listeners: ((pair: Pair) => void)[] = [];
  /** Takes over what lies there; what is broken or half written is left until it changes again. */
  function reload(): void {
    try {
      const next = readPair(paths);
      if (next.cert.equals(current.cert) && next.key.equals(current.key)) return;
      current = next;
      for (const tell of listeners) tell(next);
      log.info({ validUntil: new X509Certificate(next.cert).validTo }, 'certificate replaced');
    } catch (error) {
      log.error({ error: describeError(error) }, 'certificate not replaced');
    }
  }
  const files = [paths.cert, paths.key];
  for (const file of files) watchFile(file, { interval: LOOK_MS, persistent: false }, reload);
  return {
    pair: () => current,
    onChange: (tell: (pair: Pair) => void) => void listeners.push(tell),
    reload,
    /** DNS names and addresses that it is for. */
    names: () => namesOf(new X509Certificate(current.cert)),
    /** The authority that `npm run tls` made, if it did: it lies beside the certificate. */
    authority: () => readAuthority(join(dirname(paths.cert), TLS_FILES.authority)),
    close() {
      for (const file of files) unwatchFile(file, reload);
    },
  };
}
export type Certificate = ReturnType<typeof openCertificate>;

/** What /trust tells. */
export interface Trust {
  certificate: Certificate;
  httpsPort: number;
  /** Of the plain port, if there is one. */
  httpPort: number | null;
}

/** @throws Error when one is missing, is no PEM, or the key is another's */
function readPair({ cert, key }: TlsPaths): Pair {
  const pair = { cert: readFileSync(cert), key: readFileSync(key) };
  createSecureContext(pair);
  return pair;
}

export function namesOf({ subjectAltName = '' }: X509Certificate): string[] {
  return subjectAltName
    .split(', ')
    .filter(Boolean)
    .map((name) => shortest(name.replace(/^(DNS|IP Address):/, '').toLowerCase()));
}

/** IPv6 in its short form, in which people know it. */
export const shortest = (name: string) => (isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name);

/** Only the certificate, whatever else lies in that file. */
function readAuthority(file: string) {
  if (!existsSync(file)) return null;
  const certificate = new X509Certificate(readFileSync(file));
  if (!certificate.ca) return null;
  return {
    der: certificate.raw,
    /** SHA-256, as devices show it. */
    fingerprint: certificate.fingerprint256,
    validUntil: new Date(certificate.validTo),
  };
}

/** Makes a local authority and the server's certificate, for an intranet that no public authority can look into. */
import 'reflect-metadata';
import { X509Certificate as NodeCertificate, webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { namesOf, shortest, TLS_FILES } from './certificate.ts';

const DAY = 86_400_000;
const AUTHORITY_DAYS = 3_650;
/** Browsers refuse more of public authorities (398), and Apple's more than 825 of any. */
const SERVER_DAYS = 397;
/** Clocks of tablets may be slow. */
const EARLIER = DAY;
/** What every device of the last ten years takes. */
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

x509.cryptoProvider.set(webcrypto as Crypto);

/**
 * Writes `authority.crt`, `authority.key` where there are none, and `server.crt`, `server.key` anew, all for their owner's eyes only.
 * @param hosts DNS names and addresses besides this machine's own; none: those of the certificate before
 * @throws Error when a host is neither, or the authority has ended
 */
export async function makeCertificates(folder: string, hosts: string[]) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = (name: keyof typeof TLS_FILES) => join(folder, TLS_FILES[name]);
  const before = existsSync(file('certificate')) ? namesOf(new NodeCertificate(readFileSync(file('certificate')))) : [];
  const wished = [...ownNames(), ...(hosts.length > 0 ? hosts : before)];
  const names = [...new Set(wished.map((name) => shortest(name.toLowerCase())))];
  const wrong = names.find((name) => !isIP(name) && !isDnsName(name));
  if (wrong !== undefined) throw new Error(`${wrong} is neither a name nor an address`);

  const isNew = !existsSync(file('authority'));
  if (isNew) await makeAuthority(file('authority'), file('authorityKey'));
  const authority = new x509.X509Certificate(readFileSync(file('authority'), 'utf8'));
  if (authority.notAfter.getTime() < Date.now() + SERVER_DAYS * DAY) {
    throw new Error(
      `the authority in ${folder} ends before a new certificate would: move it away, run again, and trust the new one`,
    );
  }
  const signingKey = await importKey(readFileSync(file('authorityKey'), 'utf8'));
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${names.find((name) => !isIP(name)) ?? 'localhost'}`,
    issuer: authority.subject,
    ...days(SERVER_DAYS),
    publicKey: keys.publicKey as CryptoKey,
    signingKey,
    signingAlgorithm: EC,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isIP(name) ? ('ip' as const) : ('dns' as const), value: name })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as CryptoKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority),
    ],
  });
  await writeKey(file('key'), keys.privateKey as CryptoKey);
  write(file('certificate'), certificate.toString('pem'));
  return { names, isNew, validUntil: certificate.notAfter, fingerprint: fingerprintOf(authority) };
}

async function makeAuthority(certificateFile: string, keyFile: string) {
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // Devices list it by its name: the machine's tells two consoles apart.
    name: `O=疫苗接种核验台, CN=Vaccination console ${hostname().replace(/[^\w.-]/g, '')}`,
    ...days(AUTHORITY_DAYS),
    keys: keys as CryptoKeyPair,
    signingAlgorithm: EC,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as CryptoKey),
    ],
  });
  await writeKey(keyFile, keys.privateKey as CryptoKey);
  write(certificateFile, certificate.toString('pem'));
}

const days = (count: number) => ({
  notBefore: new Date(Date.now() - EARLIER),
  notAfter: new Date(Date.now() - EARLIER + count * DAY),
});

/** What tablets may type: this machine's addresses in every network, and its name. */
function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    // Those of a link only begin with fe80 and can't be typed without the name of a network card.
    .filter(({ address }) => !address.startsWith('fe80'))
    .map(({ address }) => address);
  return ['localhost', '127.0.0.1', '::1', ...addresses, ...(isDnsName(hostname()) ? [hostname()] : [])];
}

const isDnsName = (name: string) =>
  name.length <= 253 && name.split('.').every((part) => /^(?!-)[a-z\d-]{1,63}(?<!-)$/i.test(part));

const fingerprintOf = (certificate: x509.X509Certificate) =>
  new NodeCertificate(Buffer.from(certificate.rawData)).fingerprint256;

const importKey = (pem: string) =>
  webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), EC, false, ['sign']) as Promise<CryptoKey>;

async function writeKey(file: string, key: CryptoKey) {
  write(file, x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY'));
}

/** Put into place as a whole: a server that watches never sees half of it. */
function write(file: string, pem: string) {
  writeFileSync(`${file}.new`, `${pem.trim()}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Backups: a copy of the running database, verified, compressed, sealed; and the way back. */
import { createHash, randomBytes } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { type Contents, copyDatabase, endVisits, inspectDatabase, isHeld } from '../../db/backup.ts';
import { openReadOnly } from '../../db/index.ts';
import { sync } from '../../db/sync.ts';
import { verifyChain } from '../audit/chain.ts';
import { seal, unseal } from './sealed-file.ts';

/** `console-`, UTC to the second, and letters that no other has. */
const NAME = /^console-\d{8}T\d{6}Z-[0-9a-f]{4}\.db\.sealed$/;
const UNFINISHED = /^\.console-.*\.part$/;

export interface Backup extends Contents {
  file: string;
  /** Bytes of the file. */
  sealedSize: number;
  /** SHA-256 of the file, as `sha256sum` tells it. */
  digest: string;
  /** The audit trail's last row and hash. */
  trail: { count: number; head: string };
}

/**
 * Makes a backup while others write. In the folder it is there whole, under its name, or not at all.
 * @param options.keep how many of the newest stay, this one included
 * @throws Error when the copy does not verify; nothing is left then
 */
export async function makeBackup(
  database: string,
  options: { folder: string; keep: number; secret: string },
): Promise<Backup> {
  if (!existsSync(database)) throw new Error(`there is no database ${database}: set DATABASE_URL`);
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Of a run that was killed.
  for (const name of readdirSync(folder).filter((name) => UNFINISHED.test(name))) rmSync(join(folder, name));
  const name = `console-${timeName()}.db.sealed`;
  const plain = join(folder, `.${name}.plain.part`);
  const sealed = join(folder, `.${name}.part`);
  try {
    await copyDatabase(database, plain);
    const contents = inspectDatabase(plain);
    const trail = await verifyTrail(plain);
    const digest = createHash('sha256');
    await pipeline(
      createReadStream(plain),
      createGzip({ level: 1 }),
      (source) => passing(seal(source, options.secret), (piece) => digest.update(piece)),
      createWriteStream(sealed, { flags: 'wx', mode: 0o600 }),
    );
    sync(sealed);
    const file = join(folder, name);
    renameSync(sealed, file);
    sync(folder);
    const sealedSize = statSync(file).size;
    prune(folder, options.keep, name);
    return { ...contents, file, sealedSize, digest: digest.digest('hex'), trail };
  } finally {
    for (const each of [plain, sealed]) rmSync(each, { force: true });
  }
}

/** UTC to the second, and letters that no other has. */
const timeName = () => `${new Date().toISOString().replace(/\.\d+|[-:]/g, '')}-${randomBytes(2).toString('hex')}`;

async function* passing(source: AsyncIterable<Buffer>, see: (piece: Buffer) => void) {
  for await (const piece of source) {
    see(piece);
    yield piece;
  }
}

/** The one that was just made is the newest, whatever the names of others say: a clock that was ahead once leaves names of a time to come. */
function prune(folder: string, keep: number, made: string) {
  const others = readdirSync(folder).filter((name) => NAME.test(name) && name !== made);
  const [before, ahead] = [others.filter((name) => name < made), others.filter((name) => name > made)];
  for (const old of [...before.sort().reverse(), ...ahead].slice(keep - 1)) rmSync(join(folder, old));
}

/**
 * Brings a backup back.
 * @param options.to the database's file; one that is there is only replaced by force, and kept beside it as `.before-restore-` and the time
 * @throws Error when the seal, the database or its audit trail do not verify, or a program has the database open; nothing changed then
 */
export async function restoreBackup(
  file: string,
  options: { to: string; force: boolean; secret: string },
): Promise<Contents & { trail: Backup['trail']; replaced: string | null }> {
  const to = resolve(options.to);
  const replaces = existsSync(to);
  if (replaces && !options.force) throw new Error(`${to} is there: name another --to, or replace it with --force`);
  if (replaces) refuseHeld(to);
  mkdirSync(dirname(to), { recursive: true });
  const plain = `${to}.restore-${randomBytes(4).toString('hex')}.part`;
  try {
    await pipeline(
      createReadStream(file),
      (source) => unseal(source, options.secret),
      createGunzip(),
      createWriteStream(plain, { flags: 'wx', mode: 0o600 }),
    );
    const contents = inspectDatabase(plain);
    if (contents.version === 'newer')
      throw new Error('this backup was made by a newer version of this program: install that one');
    const trail = await verifyTrail(plain);
    endVisits(plain);
    sync(plain);
    // It took a while.
    if (replaces) refuseHeld(to);
    return { ...contents, trail, replaced: putInPlace(plain, to) };
  } finally {
    rmSync(plain, { force: true });
  }
}

/** @returns where the old one is now */
function putInPlace(plain: string, to: string): string | null {
  // A name of its own: whoever takes the wrong backup first and the right one second still has what there was.
  const aside = `${to}.before-restore-${timeName()}`;
  const replaces = existsSync(to);
  for (const end of ['-wal', '-shm']) {
    // Of a database that was too damaged to bring its log into the file.
    if (existsSync(`${to}${end}`)) renameSync(`${to}${end}`, `${aside}${end}`);
  }
  if (replaces) linkSync(to, aside);
  renameSync(plain, to);
  sync(dirname(to));
  return replaces ? aside : null;
}

function refuseHeld(path: string) {
  const held = isHeld(path);
  if (held === true) throw new Error(`a program has ${path} open: stop the server first`);
  if (held === 'unknown') process.stderr.write('restore: nobody can tell whether a server has the damaged file open\n');
}

async function verifyTrail(path: string): Promise<Backup['trail']> {
  const db = await openReadOnly(`file:${path}`);
  try {
    const verdict = await verifyChain(db.read);
    if (!verdict.whole) throw new Error(`the audit trail is broken: row ${verdict.row} (${verdict.fault})`);
    return { count: verdict.count, head: verdict.head };
  } finally {
    await db.close();
  }
}

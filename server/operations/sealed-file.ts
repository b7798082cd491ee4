/**
 * Files sealed piece by piece, so that any size passes through without being held, and nothing is given out that was not proven.
 * Magic (8 bytes), salt (16), then pieces: AES-256-GCM (NIST SP 800-38D) of at most 1 MiB each, with its tag of 16 bytes behind it. The
 * key is HKDF-SHA256 of the secret and the salt; the nonce of a piece is its number, and whether it is the last, so that pieces can be
 * neither moved, left out nor cut off (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár).
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const MAGIC = Buffer.from('VCSEAL1\n');
const SALT_BYTES = 16;
const HEADER_BYTES = MAGIC.length + SALT_BYTES;
const TAG_BYTES = 16;
const PIECE_BYTES = 1024 * 1024;

const keyOf = (secret: string, salt: Uint8Array) =>
  Buffer.from(hkdfSync('sha256', secret, salt, 'vaccination console backup', 32));

/** 12 bytes: the piece's number, from 0, and 1 for the last. */
function nonceOf(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 5, 6);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** @param secret of at least 32 characters */
export async function* seal(source: AsyncIterable<Uint8Array>, secret: string): AsyncGenerator<Buffer> {
  const salt = randomBytes(SALT_BYTES);
  const header = Buffer.concat([MAGIC, salt]);
  const key = keyOf(secret, salt);
  yield header;
  let number = 0;
  for await (const { piece, last } of inPieces(source, PIECE_BYTES)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, last)).setAAD(header);
    yield Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()]);
    number += 1;
  }
}

/**
 * What {@link seal} was given.
 * @throws Error when it is no such file, was sealed with another secret, or was changed or cut off; what came before is proven
 */
export async function* unseal(source: AsyncIterable<Uint8Array>, secret: string): AsyncGenerator<Buffer> {
  let header: Buffer | undefined;
  let key = Buffer.alloc(0);
  let number = 0;
  for await (const { piece, last } of inPieces(source, PIECE_BYTES + TAG_BYTES, HEADER_BYTES)) {
    if (!header) {
      if (last || !piece.subarray(0, MAGIC.length).equals(MAGIC))
        throw new Error('this file is no backup of this program');
      header = piece;
      key = keyOf(secret, piece.subarray(MAGIC.length));
      continue;
    }
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number, last)).setAAD(header);
    number += 1;
    let opened: Buffer;
    try {
      decipher.setAuthTag(piece.subarray(-TAG_BYTES));
      opened = Buffer.concat([decipher.update(piece.subarray(0, -TAG_BYTES)), decipher.final()]);
    } catch {
      throw new Error('the seal is broken: another BACKUP_KEY, or the file was changed or cut off');
    }
    yield opened;
  }
}

/** Cuts a stream into pieces of one size, the last one smaller or as large; an empty stream has one, too. @param first size of the first */
async function* inPieces(source: AsyncIterable<Uint8Array>, size: number, first = size) {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let wanted = first;
  for await (const chunk of source) {
    waiting.push(chunk);
    bytes += chunk.length;
    if (bytes <= wanted) continue;
    let all = Buffer.concat(waiting);
    // Whether a piece is the last is known once something is behind it.
    for (; all.length > wanted; wanted = size) {
      yield { piece: all.subarray(0, wanted), last: false };
      all = all.subarray(wanted);
    }
    waiting = [all];
    bytes = all.length;
  }
  yield { piece: Buffer.concat(waiting), last: true };
}

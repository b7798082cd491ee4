/** Text of bytes as they come; spreadsheets save UTF-8 with a BOM, or GB18030. */
import { DomainError } from './errors.ts';

/** Text is told apart as UTF-8 or GB18030 by so much of it, bytes. */
const TELLING = 64 * 1024;

/**
 * Text of UTF-8 bytes, with or without a BOM.
 * @throws DomainError MALFORMED
 */
export async function* decodeUtf8(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  yield* decode(bytes, new TextDecoder('utf-8', { fatal: true }));
}

/**
 * Text of UTF-8 or GB18030 bytes. Unless `charset` says which, the first 64 KB that hold anything but ASCII tell.
 * @throws DomainError MALFORMED when a later byte contradicts
 */
export async function* decodeAny(
  bytes: AsyncIterable<Uint8Array>,
  charset: string | undefined,
): AsyncGenerator<string> {
  if (charset) {
    yield* decode(bytes, new TextDecoder(charset, { fatal: true }));
    return;
  }
  let decoder: TextDecoder | undefined;
  let undecided: Uint8Array[] = [];
  let size = 0;
  for await (const piece of bytes) {
    if (decoder) {
      yield pieceOf(decoder, piece);
      continue;
    }
    if (size === 0 && piece.every((byte) => byte < 0x80)) {
      yield Buffer.from(piece).toString('ascii');
      continue;
    }
    undecided.push(piece);
    size += piece.length;
    if (size < TELLING) continue;
    decoder = decoderOf(Buffer.concat(undecided));
    yield pieceOf(decoder, Buffer.concat(undecided));
    undecided = [];
  }
  const rest = Buffer.concat(undecided);
  decoder ??= decoderOf(rest);
  yield pieceOf(decoder, rest, true);
}

function decoderOf(beginning: Uint8Array): TextDecoder {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(beginning, { stream: true });
    return new TextDecoder('utf-8', { fatal: true });
  } catch {
    return new TextDecoder('gb18030', { fatal: true });
  }
}

async function* decode(bytes: AsyncIterable<Uint8Array>, decoder: TextDecoder): AsyncGenerator<string> {
  for await (const piece of bytes) yield pieceOf(decoder, piece);
  yield pieceOf(decoder, new Uint8Array(), true);
}

function pieceOf(decoder: TextDecoder, piece: Uint8Array, last = false): string {
  try {
    return decoder.decode(piece, { stream: !last });
  } catch {
    const wanted = decoder.encoding.toUpperCase();
    throw new DomainError('MALFORMED', `请求内容含有不是 ${wanted} 编码的字节`);
  }
}

import type { Readable } from 'node:stream';
import { pipeline, Readable as Stream } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DomainError } from '../errors.ts';
import { MAX_BYTES } from './wire.ts';

const tooLarge = () => new DomainError('TOO_LARGE', `请求内容解压后超过 ${MAX_BYTES / 1024 / 1024} MB`);

/**
 * The bytes of a request's body, unpacked, as they come.
 * @param body as Node hands it over; it is left open, so that a refusal can still be answered
 * @param seen hears each piece as it came over the wire
 * @throws DomainError TOO_LARGE past 64 MB, MALFORMED for damaged gzip
 */
export async function* unpack(
  body: Readable,
  gzip: boolean,
  seen: (piece: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  const wire = heard(body, seen);
  const source = gzip ? pipeline(Stream.from(wire), createGunzip({ chunkSize: 128 * 1024 }), () => {}) : wire;
  let bytes = 0;
  try {
    for await (const piece of source) {
      bytes += piece.length;
      if (bytes > MAX_BYTES) throw tooLarge();
      yield piece;
    }
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (/^Z_/.test(code)) throw new DomainError('MALFORMED', '请求内容不是完整的 gzip 数据');
    // Nobody is there any more to read it; the log tells 400 and not 500.
    if (code === 'ECONNRESET') throw new DomainError('MALFORMED', '连接中断,请求内容不完整');
    throw error;
  }
}

async function* heard(body: Readable, seen: (piece: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of body.iterator({ destroyOnReturn: false })) {
    bytes += piece.length;
    if (bytes > MAX_BYTES) throw tooLarge();
    seen(piece);
    yield piece;
  }
}

/**
 * The signed form of a request, as integrators of the province know it: HMAC-SM3 (GB/T 15852.2, GB/T 32905) over method, address, time,
 * nonce and the body's SM3.
 */
import { createHash, createHmac } from 'node:crypto';

export interface SignedRequest {
  /** Upper case, e.g. `POST`. */
  method: string;
  /** Path and query as they stand in the request line, e.g. `/api/exchange/v1/batches?cd_batch=…`. */
  target: string;
  /** Milliseconds since 1970, as in `X-Timestamp`. */
  timestamp: string;
  /** As in `X-Nonce`. */
  nonce: string;
  /** SM3 of the body as it goes over the wire (compressed, if it is), 64 lower-case hex digits. */
  bodyDigest: string;
}

/** SM3 of a body, 64 lower-case hex digits. */
export const sm3 = (body: string | Uint8Array) => createHash('sm3').update(body).digest('hex');

/** `X-Sign`: 64 lower-case hex digits. */
export function sign(secret: string, request: SignedRequest): string {
  const { method, target, timestamp, nonce, bodyDigest } = request;
  const text = [method, target, timestamp, nonce, bodyDigest].join('\n');
  return createHmac('sm3', secret).update(text).digest('hex');
}

import { randomUUID } from 'node:crypto';
import { sign, sm3 } from '../signature.ts';

export interface Province {
  /** Without a path, e.g. `https://province.example`. */
  url: string;
  appId: string;
  secret: string;
}

/** How long to wait before the next try, ms. */
const PAUSES = [500, 1000, 2000, 4000, 8000, 16_000];

/** The province refused; trying again would not help. */
export class Refused extends Error {
  /** The province's code, where it gave one. */
  readonly code: string | undefined;
  /** The message without what only programs and terminals need. */
  readonly reason: string;

  constructor(message: string, code?: string, reason = message) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

/** It may work later: the province can't be reached, or is busy. */
export class Unavailable extends Error {}

/**
 * A signed request; tried again, newly signed, while the province can't be reached or is busy.
 * @param target path and query
 * @throws Refused with code and message of the province; Unavailable
 */
export async function request(
  province: Province,
  method: 'GET' | 'POST',
  target: string,
  body?: Buffer,
): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await requestOnce(province, method, target, { body });
    } catch (error) {
      const pause = PAUSES[tries];
      if (!(error instanceof Unavailable) || pause === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** What a request sends besides its address, and how. */
export interface Sending {
  body?: Buffer | undefined;
  /** Of the body; gzipped NDJSON where nothing is said. */
  type?: string;
  /** Gives it up. */
  signal?: AbortSignal;
}

/**
 * A signed request, tried once.
 * @throws Refused, Unavailable
 */
export async function requestOnce(
  { url, appId, secret }: Province,
  method: 'GET' | 'POST',
  target: string,
  { body, type, signal }: Sending = {},
): Promise<string> {
  const timestamp = String(Date.now());
  const nonce = randomUUID();
  const answer = await fetch(url + target, {
    method,
    headers: {
      'x-app-id': appId,
      'x-timestamp': timestamp,
      'x-nonce': nonce,
      'x-sign': sign(secret, { method, target, timestamp, nonce, bodyDigest: sm3(body ?? '') }),
      ...(body && type ? { 'content-type': type } : {}),
      ...(body && !type ? { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' } : {}),
    },
    ...(body ? { body: new Uint8Array(body) } : {}),
    ...(signal ? { signal } : {}),
  })
    .then(async (response) => ({ status: response.status, text: await response.text() }))
    .catch(() => {
      throw new Unavailable(`无法连接省平台 ${url}`);
    });
  if (answer.status === 200) return answer.text;
  if (answer.status >= 500 || answer.status === 429) throw new Unavailable(`省平台暂不可用(${answer.status})`);
  throw refusalOf(answer);
}

function refusalOf({ status, text }: { status: number; text: string }): Refused {
  const tooLarge = status === 413;
  const hint = tooLarge ? ';请用较小的 --batch 再试' : '';
  const { code, message } = readRefusal(text);
  if (code && message) {
    return new Refused(`省平台拒绝了请求: ${message}(${status} ${code})${hint}`, code, `省平台拒绝了请求:${message}`);
  }
  // A proxy before the province knows none of its codes.
  const reason = tooLarge ? '省平台拒绝了请求:内容过大(413)' : `省平台拒绝了请求(${status})`;
  return new Refused(`${reason}${hint}`, tooLarge ? 'TOO_LARGE' : undefined, reason);
}

function readRefusal(text: string): { code?: string; message?: string } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

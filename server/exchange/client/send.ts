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

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/**
 * A signed request; tried again, newly signed, while the province can't be reached or is busy.
 * @param target path and query
 * @throws Refused with code and message of the province; Error when it can't be reached
 */
export async function request(
  province: Province,
  method: 'GET' | 'POST',
  target: string,
  body?: Buffer,
): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    const answer = await once(province, method, target, body).catch((error: Error) => error);
    if (!(answer instanceof Error) && answer.status === 200) return answer.text;
    if (!(answer instanceof Error) && answer.status < 500 && answer.status !== 429) throw refusalOf(answer);
    const pause = PAUSES[tries];
    if (pause === undefined) {
      throw new Error(answer instanceof Error ? `无法连接省平台 ${province.url}` : `省平台暂不可用(${answer.status})`);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function once({ url, appId, secret }: Province, method: string, target: string, body?: Buffer) {
  const timestamp = String(Date.now());
  const nonce = randomUUID();
  const response = await fetch(url + target, {
    method,
    headers: {
      'x-app-id': appId,
      'x-timestamp': timestamp,
      'x-nonce': nonce,
      'x-sign': sign(secret, { method, target, timestamp, nonce, bodyDigest: sm3(body ?? '') }),
      ...(body ? { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' } : {}),
    },
    ...(body ? { body: new Uint8Array(body) } : {}),
  });
  return { status: response.status, text: await response.text() };
}

function refusalOf({ status, text }: { status: number; text: string }): Refused {
  try {
    const { code, message } = JSON.parse(text);
    const hint = code === 'TOO_LARGE' ? ';请用较小的 --batch 再试' : '';
    return new Refused(`省平台拒绝了请求: ${message}(${status} ${code})${hint}`, code);
  } catch {
    return new Refused(`省平台拒绝了请求(${status})`);
  }
}

/** What every request of the API meets before its door, whichever that is. */
import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import type { SharedCounts } from '../db/index.ts';
import { type Limits, makeLimiter } from './http/limits.ts';
import { type FindPeer, makeFindPeer, type Peer } from './http/peer.ts';
import type { Log } from './log.ts';
import type { Metrics } from './operations/metrics.ts';
import type { Session } from './staff/sessions.ts';

/** Of a body that is no file, bytes. */
export const LARGEST_BODY = 64 * 1024;
/** How long, and for how much, the rest of a refused body is waited for. */
const REST = { ms: 60_000, bytes: 512 * 1024 * 1024 };

/** Why a request does not come to its door. */
export interface Refused {
  status: 403 | 413 | 429;
  code: 'FORBIDDEN' | 'TOO_LARGE' | 'TOO_MANY_REQUESTS';
  message: string;
  /** Seconds. */
  retryAfter?: number;
}

export const TOO_LARGE: Refused = { status: 413, code: 'TOO_LARGE', message: '请求内容过大' };

interface Answered {
  requestId: string;
  method: string;
  /** As this program writes it: what was asked for may name a person. */
  route: string;
  status: number;
  /** Of `performance.now()`. */
  started: number;
}

interface Parts {
  trustedProxies: string[];
  limits: Limits;
  counts: SharedCounts;
  metrics: Metrics | null;
  log: Log;
}

export function makeFront({ trustedProxies, limits, counts, metrics, log }: Parts) {
  const peerOf: FindPeer = makeFindPeer(trustedProxies);
  const count = makeLimiter(counts, limits);
  return {
    peerOf,
    /** A page of another site may send, but not with our users' cookies. Programs name no origin. */
    refuseOrigin(origin: string | undefined, peer: Peer): Refused | null {
      if (!origin || isOwn(origin, peer)) return null;
      return { status: 403, code: 'FORBIDDEN', message: '请求来源不受信任' };
    },
    /**
     * Counts a request against the limits of who makes it.
     * @param asked for the session; one that can't be read is told in the words of each door
     * @param calls of a batch: each is one
     */
    async refuseHurry({ address }: Peer, asked: Promise<Session | null>, calls = 1): Promise<Refused | null> {
      let user: Session['person'] | null = null;
      try {
        user = (await asked)?.person ?? null;
      } catch {
        // As above.
      }
      const retryAfter = await count({ address, user }, calls);
      if (retryAfter === null) return null;
      const message = `请求过于频繁,请 ${retryAfter} 秒后再试`;
      return { status: 429, code: 'TOO_MANY_REQUESTS', message, retryAfter };
    },
    /** Writes down that a request was answered. */
    note({ requestId, method, route, status, started }: Answered): void {
      const ms = performance.now() - started;
      metrics?.answered(route, method, status, ms);
      log.info({ requestId, method, route, status, ms: Math.round(ms) }, 'request');
    },
  };
}
export type Front = ReturnType<typeof makeFront>;

/** A page that came over HTTPS must not be asked for by one that did not; behind a proxy that nobody named only the host tells. */
function isOwn(origin: string, { host, secure }: Peer): boolean {
  if (!URL.canParse(origin)) return false;
  const { host: from, protocol } = new URL(origin);
  return from === host && (!secure || protocol === 'https:');
}

/** A cookie that was given over HTTPS never leaves in plain. */
export const secureCookies = (cookies: string[]): string[] =>
  cookies.map((cookie) => (/;\s*secure\s*(;|$)/i.test(cookie) ? cookie : `${cookie}; Secure`));

/** Whoever still sends does not listen, and a connection that is closed meanwhile takes the refusal along: the rest is thrown away. */
export async function hearOut(body: IncomingMessage): Promise<void> {
  if (body.complete || body.destroyed) return;
  // Whoever read it until now would hold it up.
  body.removeAllListeners('data').removeAllListeners('readable');
  let bytes = 0;
  body.on('data', ({ length }: Uint8Array) => {
    bytes += length;
    if (bytes > REST.bytes) body.destroy();
  });
  body.resume();
  await finished(body, { signal: AbortSignal.timeout(REST.ms) }).catch(() => undefined);
}

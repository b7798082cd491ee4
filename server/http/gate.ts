/** What every request passes, before it is the API's or a page's. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { SharedCounts } from '../../db/index.ts';
import type { Trust } from '../tls/certificate.ts';
import { API_POLICY, pagePolicy, setHeaders } from './headers.ts';
import { LIMITS, type Limits, makeLimiter } from './limits.ts';
import { type FindPeer, isLoopback } from './peer.ts';

/** Characters of path and query. Inputs of queries stand there, e.g. the filters of lists. */
const LONGEST_URL = 8 * 1024;
const MOST_HEADERS = 100;
/** How long a body of a few kilobytes may take, ms; the doors for files have Node's `requestTimeout`. */
const BODY_MS = 30_000;

/** Batches are read as they come, and files are large: these doors have limits of their own. */
export const OWN_LIMITS = /^\/api\/(exchange\/v1\/batches|filings\/[^/]+\/files|staff\/import)$/;
/** What a tablet that does not trust us yet may read: the page that says how, what it is drawn with (as it is written: nothing behind it decodes to another place), and the certificate. */
const BEFORE_TRUST =
  /^\/(trust|api\/trust\/authority\.crt|api\/trpc\/trust\.read|_next\/static\/(?!.*(?:\.\.|%)).*|icon\.svg)$/;
/** What was made beforehand costs nothing to send; a page asks for a dozen of them. */
const STATIC = /^\/_next\/static\//;
const HOST = /^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i;

interface Gate {
  /** Says {@link headersFor} with its answers itself; for pages it is done here. */
  api: RequestListener;
  page: RequestListener;
  findPeer: FindPeer;
  dev?: boolean;
  bodyMs?: number;
  /** Requests a minute: pages count as a stranger's, by themselves. */
  limits?: Limits;
  counts: SharedCounts;
  /** What this server speaks TLS with, if it does: plain requests of other machines are sent there. */
  trust?: Trust | null;
}

export function makeGate(parts: Gate): RequestListener {
  const { api, page, findPeer, dev = false, bodyMs = BODY_MS, limits = LIMITS, counts, trust = null } = parts;
  const countPage = makeLimiter(counts, limits, 'page');
  return (request, response) => {
    const url = request.url ?? '';
    const path = url.split('?', 1)[0] ?? '';
    const forApi = /^\/api(?:\/|$)/.test(path);
    const peer = findPeer(request);
    const nonce = forApi ? '' : randomBytes(16).toString('base64');
    const policy = forApi ? API_POLICY : pagePolicy(nonce, dev);
    const refuse = (status: number, code: string, message: string) => {
      setHeaders(response, policy, peer);
      request.resume();
      const answer = JSON.stringify({ code, message, field: null });
      response
        .writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', Connection: 'close' })
        .end(answer);
    };
    if (url.length > LONGEST_URL) return refuse(414, 'TOO_LARGE', '请求地址过长');
    if (request.rawHeaders.length > MOST_HEADERS * 2) return refuse(431, 'TOO_LARGE', '请求头过多');
    if (trust && !peer.secure && !isLoopback(peer.address) && !BEFORE_TRUST.test(path)) {
      const name = HOST.exec(peer.host)?.[1];
      if (!name || !url.startsWith('/')) return refuse(400, 'MALFORMED', '请求地址有误');
      setHeaders(response, policy, peer);
      response
        .writeHead(308, { Location: `https://${name}${trust.httpsPort === 443 ? '' : `:${trust.httpsPort}`}${url}` })
        .end();
      return;
    }
    // Most bodies come with their head, and are whole before this turn ends.
    if (!OWN_LIMITS.test(path)) queueMicrotask(() => hurry(request, bodyMs));
    if (forApi) return api(request, response);
    // Pages take nothing: no body is read for them, and nothing of a form or an action comes to Next.
    if (!dev && request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return refuse(405, 'METHOD_NOT_ALLOWED', '页面不支持这个请求方法');
    }
    setHeaders(response, policy, peer);
    // Next takes the nonce of its scripts from here; the root layout hands it to what makes styles.
    request.headers['content-security-policy'] = policy;
    request.headers['x-nonce'] = nonce;
    if (STATIC.test(path)) return page(request, response);
    const answer = (retryAfter: number | null) => {
      if (retryAfter === null) return page(request, response);
      response.setHeader('Retry-After', retryAfter);
      refuse(429, 'TOO_MANY_REQUESTS', `请求过于频繁,请 ${retryAfter} 秒后再试`);
    };
    const wait = countPage({ address: peer.address });
    if (wait instanceof Promise) void wait.catch(() => null).then(answer);
    else answer(wait);
  };
}

/** Ends the connection of whoever drips a small body. */
function hurry(request: IncomingMessage, ms: number): void {
  if (request.complete) return;
  const late = setTimeout(() => {
    if (!request.complete) request.destroy();
  }, ms);
  late.unref();
  for (const event of ['end', 'close']) request.once(event, () => clearTimeout(late));
}

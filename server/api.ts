import { randomUUID } from 'node:crypto';
import { finished } from 'node:stream/promises';
import type { HttpBindings } from '@hono/node-server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { Hono, type Context as HonoContext } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { routePath } from 'hono/route';
import { faultOf } from '../db/fault.ts';
import type { Db } from '../db/index.ts';
import { makeVerification } from './audit/verification.ts';
import type { CityPlatform } from './city/platform.ts';
import type { FindStaff } from './door.ts';
import { ERROR_STATUS } from './errors.ts';
import { makeExchange } from './exchange/door.ts';
import { makeSealer } from './exchange/seal.ts';
import { makeExportFiles } from './exports/door.ts';
import { makeExports } from './exports/jobs.ts';
import { makeFilingFiles } from './filings/door.ts';
import { OWN_LIMITS } from './http/gate.ts';
import { LIMITS, type Limits, makeLimiter } from './http/limits.ts';
import { makeFindPeer, type Peer } from './http/peer.ts';
import { describeError, type Log } from './log.ts';
import { makeHealth } from './operations/health.ts';
import type { Metrics } from './operations/metrics.ts';
import { appRouter } from './router.ts';
import { makePace } from './scan/pace.ts';
import type { Settings } from './settings.ts';
import { makeAuth } from './staff/auth.ts';
import { makeStaffImport } from './staff/door.ts';
import { assertNoHurdle } from './staff/hurdles.ts';
import { makeLockout } from './staff/lockout.ts';
import { makeSessions } from './staff/sessions.ts';
import { makeSignIn } from './staff/sign-in.ts';
import { RETRY_AFTER, storageRefusal } from './storage.ts';
import type { Trust } from './tls/certificate.ts';
import { refuse } from './trpc.ts';

const LARGEST_BODY = 64 * 1024;
/** Devices offer to install what comes so. */
const CERTIFICATE = 'application/x-x509-ca-cert';
/** How long, and for how much, the rest of a refused body is waited for. */
const REST = { ms: 60_000, bytes: 512 * 1024 * 1024 };

type Door = { Bindings: HttpBindings; Variables: { requestId: string } };

/** What a server may have besides. */
interface Parts {
  /** One city's platform. */
  city?: CityPlatform | null;
  metrics?: Metrics | null;
  /** What it speaks TLS with. */
  trust?: Trust | null;
  /** Requests a minute. */
  limits?: Limits;
}

/**
 * The doors: `/api/health` and `/api/ready`, `/api/auth/sign-in` (a password, then a code) and `sign-out`, the exchange at `/api/exchange`, files of
 * filings at `/api/filings`, of exports at `/api/exports`, lists of staff at `/api/staff`, the authority's certificate at `/api/trust`, and tRPC at
 * `/api/trpc`.
 */
export function makeApi(
  db: Db,
  settings: Pick<
    Settings,
    | 'authSecret'
    | 'totpRequired'
    | 'demo'
    | 'databaseUrl'
    | 'readDatabaseUrl'
    | 'dataKeys'
    | 'dictionaries'
    | 'minFreeMb'
    | 'trustedProxies'
    | 'lookupsAMinute'
  >,
  log: Log,
  { city = null, metrics = null, trust = null, limits = LIMITS }: Parts = {},
) {
  const auth = makeAuth(db, settings);
  const sealer = makeSealer(settings.authSecret);
  const sessions = makeSessions(auth, settings.totpRequired);
  const lockout = makeLockout();
  const verification = makeVerification(log);
  const exports = makeExports(settings, log);
  const health = makeHealth(db, settings);
  const { signIn, giveCode, signOut } = makeSignIn(db, auth, sessions, lockout);
  const findPeer = makeFindPeer(settings.trustedProxies);
  const peerOf = (c: HonoContext<Door>) => findPeer(c.env.incoming);
  const count = makeLimiter(limits);
  const pace = makePace(db, settings.lookupsAMinute);
  const api = new Hono<Door>().basePath('/api');

  api.use(async (c, next) => {
    const started = performance.now();
    const requestId = randomUUID();
    c.set('requestId', requestId);
    await next();
    c.header('X-Request-Id', requestId);
    c.header('Cache-Control', 'no-store');
    if (c.res.status === 503) c.header('Retry-After', String(RETRY_AFTER));
    if (peerOf(c).secure) keepSecure(c.res.headers);
    const { method } = c.req;
    const route = patternOf(c);
    const ms = performance.now() - started;
    metrics?.answered(route, method, c.res.status, ms);
    log.info({ requestId, method, route, status: c.res.status, ms: Math.round(ms) }, 'request');
  });
  api.use(async (c, next) => {
    await next();
    if (c.res.status >= 400) await hearOut(c.env.incoming);
  });
  // A page of another site may send, but not with our users' cookies. Programs name no origin.
  api.use(async (c, next) => {
    const origin = c.req.header('origin');
    if (origin && !isOwn(origin, peerOf(c))) {
      return c.json({ code: 'FORBIDDEN', message: '请求来源不受信任' }, 403);
    }
    await next();
  });
  const limit = bodyLimit({
    maxSize: LARGEST_BODY,
    onError: (c) => c.json({ code: 'TOO_LARGE', message: '请求内容过大' }, 413),
  });
  api.use((c, next) => (OWN_LIMITS.test(c.req.path) ? next() : limit(c, next)));
  api.use(async (c, next) => {
    // Whoever watches whether the server lives must not be told that he asks too often.
    if (['/api/health', '/api/ready'].includes(c.req.path)) return next();
    // A session that can't be read is told in the words of each door.
    const session = await sessions.find(c.req.raw.headers).catch(() => null);
    const wait = await count({ address: peerOf(c).address, user: session?.person ?? null });
    if (wait === null) return next();
    c.header('Retry-After', String(wait));
    const answer = { code: 'TOO_MANY_REQUESTS', message: `请求过于频繁,请 ${wait} 秒后再试`, field: null };
    return c.json({ ...answer, request_id: c.get('requestId') }, 429);
  });
  api.onError((error, c) => {
    const requestId = c.get('requestId');
    log.error({ requestId, error: describeError(error) }, 'unexpected error');
    const refusal = storageRefusal(error);
    if (refusal) {
      const { code, message } = refusal;
      return c.json({ code, message, field: null, request_id: requestId }, ERROR_STATUS[refusal.code]);
    }
    const message = `系统繁忙,请稍后再试(编号 ${requestId})`;
    return c.json({ code: 'INTERNAL', message, field: null, request_id: requestId }, 500);
  });
  api.notFound((c) => {
    const answer = { code: 'NOT_FOUND', message: '没有这个接口,或不支持这个请求方法', field: null };
    return c.json({ ...answer, request_id: c.get('requestId') }, 404);
  });

  api.get('/health', (c) => c.json(health.alive()));
  api.get('/ready', async (c) => {
    const readiness = await health.ready();
    return c.json(readiness, readiness.ready ? 200 : 503);
  });
  // better-auth has many more doors; these three are all that this console opens.
  api.post('/auth/sign-in/username', (c) => signIn(c.req.raw, peerOf(c).address, c.get('requestId')));
  api.post('/auth/sign-in/code', (c) => giveCode(c.req.raw, c.get('requestId')));
  api.post('/auth/sign-out', (c) => signOut(c.req.raw, c.get('requestId')));
  const findStaff: FindStaff = async (headers) => {
    const session = await sessions.find(headers);
    if (session) assertNoHurdle(session.hurdle);
    return session?.person ?? null;
  };
  api.route('/exchange', makeExchange(db, sealer, findStaff));
  api.route('/filings', makeFilingFiles(db, findStaff));
  api.route('/exports', makeExportFiles(db, exports, findStaff));
  api.route('/staff', makeStaffImport(db, findStaff));
  api.get('/trust/authority.crt', (c) => {
    const authority = trust?.certificate.authority();
    return authority ? c.body(new Uint8Array(authority.der), 200, { 'Content-Type': CERTIFICATE }) : c.notFound();
  });
  api.all('/trpc/*', (c) => {
    const requestId = c.get('requestId');
    return fetchRequestHandler({
      endpoint: '/api/trpc',
      req: c.req.raw,
      router: appRouter,
      async createContext({ req, resHeaders }) {
        const session = await sessions.find(req.headers).catch(refuse);
        const actor = session && { ...session.person, requestId };
        const login = { auth, session, sessions, lockout };
        const http = { headers: req.headers, resHeaders, address: peerOf(c).address };
        const parts = { sealer, verification, exports, city, trust, pace, demo: settings.demo };
        return { db, ...login, ...parts, http, requestId, actor };
      },
      onError({ error, path }) {
        if (error.code !== 'INTERNAL_SERVER_ERROR' && !faultOf(error)) return;
        log.error({ requestId, path, error: describeError(error.cause ?? error) }, 'unexpected error');
      },
    });
  });
  return api;
}

const PROCEDURES = new Set(Object.keys(appRouter._def.procedures));

/** The route that answered, as this program writes it; of tRPC the procedure. What was asked for may name a person. */
function patternOf(c: HonoContext): string {
  const pattern = routePath(c, -1);
  const procedure = c.req.path.slice('/api/trpc/'.length);
  return pattern === '/api/trpc/*' && PROCEDURES.has(procedure) ? `/api/trpc/${procedure}` : pattern;
}

/** A page that came over HTTPS must not be asked for by one that did not; behind a proxy that nobody named only the host tells. */
function isOwn(origin: string, { host, secure }: Peer): boolean {
  if (!URL.canParse(origin)) return false;
  const { host: from, protocol } = new URL(origin);
  return from === host && (!secure || protocol === 'https:');
}

/** A cookie that was given over HTTPS never leaves in plain. */
function keepSecure(headers: Headers): void {
  const cookies = headers.getSetCookie();
  headers.delete('Set-Cookie');
  for (const cookie of cookies) {
    headers.append('Set-Cookie', /;\s*secure\s*(;|$)/i.test(cookie) ? cookie : `${cookie}; Secure`);
  }
}

/** Whoever still sends does not listen, and a connection that is closed meanwhile takes the refusal along: the rest is thrown away. */
async function hearOut(body: HttpBindings['incoming']): Promise<void> {
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

import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { TRPCError } from '@trpc/server';
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
import { hearOut, LARGEST_BODY, makeFront, type Refused, secureCookies, TOO_LARGE } from './front.ts';
import { OWN_LIMITS } from './http/gate.ts';
import { API_POLICY, setHeaders } from './http/headers.ts';
import { LIMITS, type Limits } from './http/limits.ts';
import { describeError, type Log } from './log.ts';
import type { Others } from './nodes/wire.ts';
import { makeHealth } from './operations/health.ts';
import type { Metrics } from './operations/metrics.ts';
import { appRouter } from './router.ts';
import { makePace } from './scan/pace.ts';
import type { Settings } from './settings.ts';
import { actorOf } from './staff/actor.ts';
import { makeAuth } from './staff/auth.ts';
import { makeStaffImport } from './staff/door.ts';
import { assertNoHurdle } from './staff/hurdles.ts';
import { makeIdle } from './staff/idle.ts';
import { makeLockout } from './staff/lockout.ts';
import { makeSessions, type Session } from './staff/sessions.ts';
import { makeSignIn } from './staff/sign-in.ts';
import { RETRY_AFTER, storageRefusal } from './storage.ts';
import type { Trust } from './tls/certificate.ts';
import { type Context, refuse } from './trpc.ts';
import { type Call, makeTrpcDoor } from './trpc-door.ts';

/** Calls of one batch; our pages send none. */
const MOST_IN_A_BATCH = 10;

/** Devices offer to install what comes so. */
const CERTIFICATE = 'application/x-x509-ca-cert';

type Door = { Bindings: HttpBindings; Variables: { requestId: string } };

/** What a server may have besides. */
interface Parts {
  /** One city's platform. */
  city?: CityPlatform | null;
  metrics?: Metrics | null;
  /** Other processes of this machine on the same database. */
  others?: Others | null;
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
  { city = null, metrics = null, others = null, trust = null, limits = LIMITS }: Parts = {},
): RequestListener {
  const auth = makeAuth(db, settings);
  const sealer = makeSealer(settings.authSecret);
  const sessions = makeSessions(db, auth, settings.totpRequired, makeIdle(db), others);
  const lockout = makeLockout(db, settings.authSecret);
  const verification = makeVerification(log);
  const exports = makeExports(settings, log);
  const health = makeHealth(db, settings);
  const { signIn, giveCode, signOut } = makeSignIn(db, auth, sessions, lockout);
  const front = makeFront({ trustedProxies: settings.trustedProxies, limits, counts: db.counts, metrics, log });
  const peerOf = (c: HonoContext<Door>) => front.peerOf(c.env.incoming);
  const say = (c: HonoContext<Door>, { status, code, message }: Refused) =>
    c.json({ code, message, field: null, request_id: c.get('requestId') }, status);
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
    front.note({ requestId, method: c.req.method, route: patternOf(c), status: c.res.status, started });
  });
  api.use(async (c, next) => {
    await next();
    if (c.res.status >= 400) await hearOut(c.env.incoming);
  });
  api.use(async (c, next) => {
    const refused = front.refuseOrigin(c.req.header('origin'), peerOf(c));
    return refused ? say(c, refused) : next();
  });
  const limit = bodyLimit({ maxSize: LARGEST_BODY, onError: (c) => say(c as HonoContext<Door>, TOO_LARGE) });
  api.use((c, next) => (OWN_LIMITS.test(c.req.path) ? next() : limit(c, next)));
  api.use(async (c, next) => {
    // Whoever watches whether the server lives must not be told that he asks too often.
    if (['/api/health', '/api/ready'].includes(c.req.path)) return next();
    const asked = sessions.find(c.req.header('cookie'));
    const refused = await front.refuseHurry(peerOf(c), asked, callsIn(c.req.path));
    if (!refused) return next();
    c.header('Retry-After', String(refused.retryAfter));
    return say(c, refused);
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
    const session = await sessions.find(headers.get('cookie'));
    if (session) assertNoHurdle(session.hurdle);
    return session?.person ?? null;
  };
  api.route(
    '/exchange',
    makeExchange(db, sealer, findStaff, (request) => front.peerOf(request).address),
  );
  api.route('/filings', makeFilingFiles(db, findStaff));
  api.route('/exports', makeExportFiles(db, exports, findStaff));
  api.route('/staff', makeStaffImport(db, findStaff));
  api.get('/trust/authority.crt', (c) => {
    const authority = trust?.certificate.authority();
    return authority ? c.body(new Uint8Array(authority.der), 200, { 'Content-Type': CERTIFICATE }) : c.notFound();
  });
  const { demo } = settings;
  async function contextOf({ requestId, http, asked }: Call): Promise<Context> {
    let session: Session | null;
    try {
      session = await asked;
    } catch (error) {
      refuse(error);
    }
    const actor = session && actorOf(session.person, requestId);
    return {
      requestId,
      http,
      session,
      actor,
      db,
      sealer,
      sessions,
      auth,
      lockout,
      verification,
      exports,
      city,
      trust,
      pace,
      demo,
    };
  }
  function noteError(error: TRPCError, path: string | undefined, requestId: string): void {
    if (error.code !== 'INTERNAL_SERVER_ERROR' && !faultOf(error)) return;
    log.error({ requestId, path, error: describeError(error.cause ?? error) }, 'unexpected error');
  }
  api.all('/trpc/*', (c) => {
    const requestId = c.get('requestId');
    return fetchRequestHandler({
      endpoint: '/api/trpc',
      req: c.req.raw,
      router: appRouter,
      maxBatchSize: MOST_IN_A_BATCH,
      createContext: ({ resHeaders }) => {
        const [cookie, origin] = [c.req.header('cookie'), c.req.header('origin')];
        const http = { address: peerOf(c).address, cookie, origin, resHeaders };
        return contextOf({ requestId, http, asked: sessions.find(cookie) });
      },
      onError: ({ error, path }) => noteError(error, path, requestId),
    });
  });
  const answerCall = makeTrpcDoor({ front, sessions, contextOf, onError: noteError });
  const answer = getRequestListener(api.fetch);
  return (request, response) => {
    if (answerCall(request, response)) return;
    setHeaders(response, API_POLICY, front.peerOf(request));
    void answer(request, response);
  };
}

const PROCEDURES = new Set(Object.keys(appRouter._def.procedures));

/** The route that answered, as this program writes it; of tRPC the procedure. What was asked for may name a person. */
function patternOf(c: HonoContext): string {
  const pattern = routePath(c, -1);
  const procedure = c.req.path.slice('/api/trpc/'.length);
  return pattern === '/api/trpc/*' && PROCEDURES.has(procedure) ? `/api/trpc/${procedure}` : pattern;
}

/** tRPC's batches name their calls with commas between, which may be written as `%2C`. */
function callsIn(path: string): number {
  return path.startsWith('/api/trpc/') ? path.split(/,|%2c/i).length : 1;
}

function keepSecure(headers: Headers): void {
  const cookies = secureCookies(headers.getSetCookie());
  headers.delete('Set-Cookie');
  for (const cookie of cookies) headers.append('Set-Cookie', cookie);
}

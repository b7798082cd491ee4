import { randomUUID } from 'node:crypto';
import { finished } from 'node:stream/promises';
import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { sql } from 'drizzle-orm';
import { Hono, type Context as HonoContext } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { type Db, tables } from '../db/index.ts';
import { makeVerification } from './audit/verification.ts';
import type { CityPlatform } from './city/platform.ts';
import type { FindStaff } from './door.ts';
import { makeExchange } from './exchange/door.ts';
import { makeSealer } from './exchange/seal.ts';
import { makeExportFiles } from './exports/door.ts';
import { makeExports } from './exports/jobs.ts';
import { makeFilingFiles } from './filings/door.ts';
import { describeError, type Log } from './log.ts';
import { appRouter } from './router.ts';
import type { Settings } from './settings.ts';
import { makeAuth } from './staff/auth.ts';
import { makeStaffImport } from './staff/door.ts';
import { makeSessions } from './staff/sessions.ts';
import { makeSignIn } from './staff/sign-in.ts';

const LARGEST_BODY = 64 * 1024;
/** How long, and for how much, the rest of a refused body is waited for. */
const REST = { ms: 60_000, bytes: 512 * 1024 * 1024 };
/** Batches are read as they come, and files are large: these doors have limits of their own. */
const OWN_LIMITS = /^\/api\/(exchange\/v1\/batches|filings\/[^/]+\/files|staff\/import)$/;

/**
 * For Node's HTTP server: an idle connection is kept for longer than proxies (60 s) keep theirs, or a request meets one that is just
 * being closed.
 */
export const HTTP_OPTIONS = { keepAliveTimeout: 75_000 };

type Door = { Bindings: HttpBindings; Variables: { requestId: string } };

/**
 * The doors: `/api/health`, `/api/auth/sign-in` and `sign-out`, the exchange at `/api/exchange`, files of filings at `/api/filings`, of
 * exports at `/api/exports`, lists of staff at `/api/staff`, and tRPC at `/api/trpc`.
 * @param city one city's platform, if this server runs one
 */
export function makeApi(
  db: Db,
  settings: Pick<Settings, 'authSecret' | 'demo' | 'databaseUrl' | 'dataKeys' | 'dictionaries'>,
  log: Log,
  city: CityPlatform | null = null,
) {
  const auth = makeAuth(db, settings);
  const sealer = makeSealer(settings.authSecret);
  const sessions = makeSessions(auth);
  const verification = makeVerification(log);
  const exports = makeExports(settings, log);
  const { signIn, signOut } = makeSignIn(db, auth, sessions);
  const api = new Hono<Door>().basePath('/api');

  api.use(secureHeaders({ referrerPolicy: 'no-referrer', strictTransportSecurity: false }));
  api.use(async (c, next) => {
    const started = performance.now();
    const requestId = randomUUID();
    c.set('requestId', requestId);
    await next();
    c.header('X-Request-Id', requestId);
    c.header('Cache-Control', 'no-store');
    const { method, path } = c.req;
    log.info({ requestId, method, path, status: c.res.status, ms: Math.round(performance.now() - started) }, 'request');
  });
  api.use(async (c, next) => {
    await next();
    if (c.res.status >= 400) await hearOut(c.env.incoming);
  });
  // A page of another site may send, but not with our users' cookies. Programs name no origin.
  api.use(async (c, next) => {
    const origin = c.req.header('origin');
    if (origin && (!URL.canParse(origin) || new URL(origin).host !== c.req.header('host'))) {
      return c.json({ code: 'FORBIDDEN', message: '请求来源不受信任' }, 403);
    }
    await next();
  });
  const limit = bodyLimit({
    maxSize: LARGEST_BODY,
    onError: (c) => c.json({ code: 'TOO_LARGE', message: '请求内容过大' }, 413),
  });
  api.use((c, next) => (OWN_LIMITS.test(c.req.path) ? next() : limit(c, next)));
  api.onError((error, c) => {
    const requestId = c.get('requestId');
    log.error({ requestId, error: describeError(error) }, 'unexpected error');
    const message = `系统繁忙,请稍后再试(编号 ${requestId})`;
    return c.json({ code: 'INTERNAL', message, field: null, request_id: requestId }, 500);
  });
  api.notFound((c) => {
    const answer = { code: 'NOT_FOUND', message: '没有这个接口,或不支持这个请求方法', field: null };
    return c.json({ ...answer, request_id: c.get('requestId') }, 404);
  });

  api.get('/health', async (c) => {
    await db.read.select({ one: sql`1` }).from(tables.sites).limit(1);
    return c.json({ status: 'ok' });
  });
  // better-auth has many more doors; these two are all that this console opens.
  api.post('/auth/sign-in/username', (c) => signIn(c.req.raw, addressOf(c), c.get('requestId')));
  api.post('/auth/sign-out', (c) => signOut(c.req.raw, c.get('requestId')));
  const findStaff: FindStaff = (headers) => sessions.find(headers);
  api.route('/exchange', makeExchange(db, sealer, findStaff));
  api.route('/filings', makeFilingFiles(db, findStaff));
  api.route('/exports', makeExportFiles(db, exports, findStaff));
  api.route('/staff', makeStaffImport(db, findStaff));
  api.all('/trpc/*', (c) => {
    const requestId = c.get('requestId');
    return fetchRequestHandler({
      endpoint: '/api/trpc',
      req: c.req.raw,
      router: appRouter,
      async createContext({ req, resHeaders }) {
        const person = await sessions.find(req.headers);
        const actor = person && { ...person, requestId };
        const http = { headers: req.headers, resHeaders, address: addressOf(c) };
        return { db, sealer, sessions, verification, exports, city, http, requestId, demo: settings.demo, actor };
      },
      onError({ error, path }) {
        if (error.code !== 'INTERNAL_SERVER_ERROR') return;
        log.error({ requestId, path, error: describeError(error.cause ?? error) }, 'unexpected error');
      },
    });
  });
  return api;
}

function addressOf(c: HonoContext): string {
  return getConnInfo(c).remote.address ?? 'unknown';
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

/** For tests: the doors over real HTTP, on a real database with the demo's province. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client';
import pino from 'pino';
import { DEMO_CITY } from '../db/demo/city.ts';
import { type DEMO_STAFF, fillDemo } from '../db/demo/fill.ts';
import { cardNoOf } from '../db/demo/fixed-residents.ts';
import { type Db, open } from '../db/index.ts';
import { DEMO_KEYS } from '../db/keys.ts';
import { makeDemoDatabase, type TestDatabase } from '../db/test-database.ts';
import { EVIDENCE } from '../e2e/evidence.ts';
import { makeApi } from './api.ts';
import type { CityConfig } from './city/config.ts';
import { type CityPlatform, makeCityPlatform } from './city/platform.ts';
import { makeGate } from './http/gate.ts';
import type { Limits } from './http/limits.ts';
import { makeFindPeer } from './http/peer.ts';
import { type Listening, listen } from './http/serve.ts';
import { type AppRouter, appRouter } from './router.ts';
import type { Role } from './staff/schema.ts';
import { openCertificate, type TlsPaths, type Trust } from './tls/certificate.ts';

export type DemoUser = (typeof DEMO_STAFF)[number]['username'];

export interface TestConsole {
  db: Db;
  database: TestDatabase;
  url: string;
  signIn(username: string, password?: string): Promise<Response>;
  /** Signs somebody new in, who then changes the password to another one. @returns both */
  enter(username: string, password: string): Promise<{ cookie: string; password: string }>;
  /** The session cookie of a demo login, made once. */
  cookieOf(username: DemoUser): Promise<string>;
  /** A tRPC client as somebody, or as nobody. */
  as(username: DemoUser | null): Promise<ReturnType<typeof client>>;
  /** The city's platform; its uploads are started by the test. */
  city: CityPlatform;
  /** Its ports; `url` is never over TLS. */
  listening: Listening;
  close(): Promise<void>;
}

const MANY = 1_000_000;
const NO_LIMITS: Limits = { user: MANY, site: MANY, stranger: MANY, address: MANY };

/**
 * Starts a console of its own on a free port. `demo` false: the sample codes are not served.
 * Tests are faster than people: limits are those of a test that is about them.
 * @param options.database an empty one where the demo has to be of the test's own time
 * @param options.city what its city's platform has otherwise than the demo's; null: there is none
 */
export async function startTestConsole(
  options: {
    demo?: boolean;
    database?: TestDatabase;
    city?: Partial<CityConfig> | null;
    totpRequired?: Role[];
    limits?: Limits;
    lookupsAMinute?: number;
    trustedProxies?: string[];
    bodyMs?: number;
    tls?: TlsPaths;
  } = {},
): Promise<TestConsole> {
  const { demo = true, city: over = {}, totpRequired = [] } = options;
  const { limits = NO_LIMITS, lookupsAMinute = MANY, trustedProxies = [] } = options;
  const authSecret = 'a-secret-of-these-tests-and-of-nothing-else';
  const database = options.database ?? (await makeDemoDatabase());
  const db = await open(database.url);
  await db.unlock();
  await fillDemo(db, authSecret);
  mkdirSync(EVIDENCE.api, { recursive: true });
  const log = pino(
    { level: 'debug', base: null },
    pino.destination(join(EVIDENCE.api, `${process.pid}-${Date.now()}.log`)),
  );
  const settings = {
    ...{ authSecret, totpRequired, demo, databaseUrl: database.url, dataKeys: DEMO_KEYS, minFreeMb: 0 },
    ...{ dictionaries: undefined, trustedProxies, lookupsAMinute },
  };
  const city = makeCityPlatform(db, { ...DEMO_CITY, ...over }, log);
  const trust: Trust | null = options.tls
    ? { certificate: openCertificate(options.tls, log), httpsPort: 0, httpPort: 0 }
    : null;
  const api = makeApi(db, settings, log, { city: over && city, trust, limits });
  const gate = makeGate({
    api,
    page: (_request, response) => response.end('a page'),
    findPeer: makeFindPeer(trustedProxies),
    limits,
    counts: db.counts,
    trust,
    ...(options.bodyMs === undefined ? {} : { bodyMs: options.bodyMs }),
  });
  const listening = await listen({ host: '127.0.0.1', port: 0, httpPort: 0 }, trust, gate);
  const url = listening.ownUrl;
  const cookies = new Map<DemoUser, string>();

  const signIn = (username: string, password = `demo-${username}`) =>
    fetch(`${url}/api/auth/sign-in/username`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
  const cookieOf = async (username: DemoUser) => {
    const cookie = cookies.get(username) ?? sessionCookie(await signIn(username));
    cookies.set(username, cookie);
    return cookie;
  };
  const enter = async (username: string, first: string) => {
    const password = `${first}-Changed`;
    const change = await fetch(`${url}/api/trpc/account.changePassword`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: sessionCookie(await signIn(username, first)) },
      body: JSON.stringify({ password: first, newPassword: password }),
    });
    return { cookie: sessionCookie(change), password };
  };
  return {
    db,
    enter,
    database,
    url,
    signIn,
    cookieOf,
    city,
    listening,
    as: async (username) => client(url, username ? await cookieOf(username) : ''),
    async close() {
      await city.stop();
      const closed = listening.close();
      // Whatever a test left half sent.
      listening.cutOff();
      await closed;
      await db.close();
      await database.drop();
    },
  };
}

export function sessionCookie(response: Response): string {
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

/** A tRPC client that sends this cookie. */
export function client(url: string, cookie: string) {
  return createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/api/trpc`, headers: { cookie } })] });
}

/** Every procedure of the router itself: its path, and `query` or `mutation`. */
export function listProcedures(): [path: string, type: string][] {
  const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>;
  return Object.entries(procedures).map(([path, procedure]) => [path, procedure._def.type]);
}

/** The code of the error that a call ends with, e.g. `FORBIDDEN`; `ok` when it ends well. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    if (error instanceof TRPCClientError) return error.data?.error?.code ?? `no code: ${error.message}`;
    throw error;
  }
}

/** The QR text of a demo resident. */
export const qrOf = (key: string) => `${cardNoOf(key)}:1`;

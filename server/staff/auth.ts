import {
  getCurrentAuthContextAsyncLocalStorage,
  getCurrentDBAdapterAsyncLocalStorage,
  getRequestStateAsyncLocalStorage,
} from '@better-auth/core/context';
import type { BetterAuthOptions } from 'better-auth';
import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { hashPassword, verifyPassword } from 'better-auth/crypto';
import { twoFactor, username } from 'better-auth/plugins';
import { type Db, type Transaction, tables } from '../../db/index.ts';
import { MAX_PASSWORD } from './schema.ts';

/** A shift: after it everybody signs in anew. */
export const SESSION_SECONDS = 12 * 60 * 60;

const COOKIE_PREFIX = 'console';
/** Its value is the session's token, a dot, and a signature, as a URL has them. */
export const SESSION_COOKIE = `${COOKIE_PREFIX}.session_token`;

/** Wrong codes in a row, over all sign-ins of a person, and how long they then wait. */
const CODE_FAILURES = 10;
export const CODE_WAIT_SECONDS = 15 * 60;

/** What an authenticator app shows above the name. */
const ISSUER = '疫苗接种核验台';

/** scrypt, as better-auth does it. */
const PASSWORDS = { hash: hashPassword, verify: verifyPassword };

/**
 * Passwords and sessions by better-auth, on our tables. Its own rate limiter is off: it counts good sign-ins too, and a
 * site's tablets share one address; `sign-in.ts` counts the failures. Second factors, too: their secrets are sealed with the auth secret,
 * ten wrong codes in a row close them for a quarter of an hour.
 */
export function makeAuth(db: Db, settings: { authSecret: string }, passwords = PASSWORDS) {
  const auth = betterAuth({
    secret: settings.authSecret,
    basePath: '/api/auth',
    database: adapter(db),
    user: {
      additionalFields: {
        role: { type: 'string', required: true, input: false },
        siteCode: { type: 'string', required: false, input: false },
        cityCode: { type: 'string', required: false, input: false },
        lockedAt: { type: 'string', required: false, input: false },
        mustChangePassword: { type: 'boolean', required: false, input: false },
      },
    },
    session: {
      expiresIn: SESSION_SECONDS,
      disableSessionRefresh: true,
      additionalFields: { screenLockedAt: { type: 'string', required: false, input: false } },
    },
    emailAndPassword: { enabled: true, disableSignUp: true, maxPasswordLength: MAX_PASSWORD, password: passwords },
    plugins: [
      username({ minUsernameLength: 3, maxUsernameLength: 30 }),
      twoFactor({
        issuer: ISSUER,
        accountLockout: { maxFailedAttempts: CODE_FAILURES, durationSeconds: CODE_WAIT_SECONDS },
      }),
    ],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    // What is unexpected goes to whoever called: better-auth would print it, and a database's error quotes values.
    onAPIError: { throw: true },
    // api.ts judges origins, the same way for every door. Plain HTTP for now: nobody could sign in with Secure cookies.
    advanced: {
      disableCSRFCheck: true,
      useSecureCookies: false,
      cookiePrefix: COOKIE_PREFIX,
      ipAddress: { disableIpTracking: true },
    },
  });
  return { $context: auth.$context, handler: restingAfter(auth.handler), api: allResting(auth.api) };
}

export type Auth = ReturnType<typeof makeAuth>;

/** Where better-auth keeps what it works on, beside its promises. */
const storages = await Promise.all([
  getCurrentAuthContextAsyncLocalStorage(),
  getCurrentDBAdapterAsyncLocalStorage(),
  getRequestStateAsyncLocalStorage(),
]);
/** Calls that are under way. */
let working = 0;

/**
 * The same call; its storages rest once none is under way. Before Node 24 Node watches every promise of the process from the first use of
 * one on, whoever makes it, which costs a scan a tenth: in nodes, that is, as pages have storages of their own that never rest.
 */
function restingAfter<Arguments extends unknown[], Result>(call: (...given: Arguments) => Promise<Result>) {
  return async (...given: Arguments): Promise<Result> => {
    working += 1;
    try {
      return await call(...given);
    } finally {
      working -= 1;
      if (working === 0) for (const storage of storages) storage.disable();
    }
  };
}

function allResting<Api extends object>(api: Api): Api {
  // They have properties.
  const calls = Object.entries(api).map(([name, call]) => [name, Object.assign(restingAfter(call), call)]);
  return Object.fromEntries(calls);
}

/** better-auth's drizzle adapter, its reads on `db.read` and each of its writes through `db.write` (rule 5). */
function adapter(db: Db) {
  const config = {
    provider: db.dialect,
    schema: {
      user: tables.staff,
      session: tables.sessions,
      account: tables.accounts,
      verification: tables.verifications,
      twoFactor: tables.twoFactors,
    },
  };
  return (options: BetterAuthOptions) => {
    type Adapter = ReturnType<ReturnType<typeof drizzleAdapter>>;
    const on = (handle: object): Adapter => drizzleAdapter(handle as Record<string, unknown>, config)(options);
    const write =
      <K extends 'create' | 'update' | 'updateMany' | 'delete' | 'deleteMany' | 'consumeOne' | 'incrementOne'>(
        name: K,
      ) =>
      (...args: Parameters<Adapter[K]>) =>
        db.write((tx) => (on(tx)[name] as (...args: unknown[]) => Promise<unknown>)(...args));
    return {
      ...on(db.read),
      create: write('create'),
      update: write('update'),
      updateMany: write('updateMany'),
      delete: write('delete'),
      deleteMany: write('deleteMany'),
      consumeOne: write('consumeOne'),
      incrementOne: write('incrementOne'),
      transaction: <T>(work: (adapter: Adapter) => Promise<T>) => db.write((tx: Transaction) => work(on(tx))),
    } as Adapter;
  };
}

import { initTRPC, TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import type { Db } from '../db/index.ts';
import type { Verification } from './audit/verification.ts';
import type { CityPlatform } from './city/platform.ts';
import { DomainError, ERROR_STATUS, type ErrorCode } from './errors.ts';
import type { Sealer } from './exchange/seal.ts';
import type { Exports } from './exports/jobs.ts';
import { type Pace, type PaceKind, RETRY_SECONDS } from './scan/pace.ts';
import type { Actor } from './staff/actor.ts';
import type { Auth } from './staff/auth.ts';
import { assertNoHurdle, type Hurdle } from './staff/hurdles.ts';
import type { Lockout } from './staff/lockout.ts';
import type { Session, Sessions } from './staff/sessions.ts';
import { storageRefusal } from './storage.ts';
import type { Trust } from './tls/certificate.ts';

export interface Context {
  db: Db;
  actor: Actor | null;
  sealer: Sealer;
  /** The actor's; null for nobody. */
  session: Session | null;
  sessions: Sessions;
  auth: Auth;
  lockout: Lockout;
  verification: Verification;
  exports: Exports;
  /** Null where this server runs no city's platform. */
  city: CityPlatform | null;
  /** What this server speaks TLS with, if it does. */
  trust: Trust | null;
  pace: Pace;
  http: { cookie: string | undefined; origin: string | undefined; resHeaders: Headers; address: string };
  requestId: string;
  demo: boolean;
}

/** What an error's `data.error` holds; the page shows `message`, programs look at `code`. */
export interface ErrorShape {
  code: ErrorCode | 'INTERNAL' | 'REQUEST';
  message: string;
  field: string | null;
  /** Every rule that the input broke. */
  issues: { field: string; message: string }[];
  requestId: string;
}

const TRPC_CODES = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
  503: 'SERVICE_UNAVAILABLE',
} as const;

const t = initTRPC.context<Context>().create({
  errorFormatter({ shape, error, ctx }) {
    const told = tell(error, ctx?.requestId ?? '');
    // Never the stack, in development neither: it can quote what was sent.
    const { code, httpStatus, path } = shape.data;
    return { ...shape, message: told.message, data: { code, httpStatus, path, error: told } };
  },
});

function tell(error: TRPCError, requestId: string): ErrorShape {
  const { cause } = error;
  if (cause instanceof DomainError) {
    return { code: cause.code, message: cause.message, field: cause.field ?? null, issues: [], requestId };
  }
  if (cause instanceof ZodError) {
    const issues = cause.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
    const [first] = issues;
    return { code: 'BAD_INPUT', message: first?.message ?? '输入有误', field: first?.field ?? null, issues, requestId };
  }
  if (error.code === 'INTERNAL_SERVER_ERROR') {
    return { code: 'INTERNAL', message: `系统繁忙,请稍后再试(编号 ${requestId})`, field: null, issues: [], requestId };
  }
  return { code: 'REQUEST', message: '请求无效', field: null, issues: [], requestId };
}

export const router = t.router;

/** What leaves with its HTTP status: domain errors and faults of the storage. @throws TRPCError, or the error as it is */
export function refuse(error: unknown): never {
  const cause = error instanceof TRPCError ? error.cause : error;
  const refusal = cause instanceof DomainError ? cause : storageRefusal(error);
  if (!refusal) throw error;
  throw new TRPCError({ code: TRPC_CODES[ERROR_STATUS[refusal.code]], message: refusal.message, cause: refusal });
}

/** Anybody, signed in or not. Domain errors leave with their HTTP status. */
export const openProcedure = t.procedure.use(async ({ next }) => {
  const result = await next();
  return result.ok ? result : refuse(result.error);
});

/** What stands in the context already, known to be there: tRPC copies all of it for each key that is given anew. */
const OF_STAFF = {} as { ctx: { actor: Actor; session: Session } };

/** @param admit the last before the input is read; its errors leave as the procedure's own */
const staffProcedure = (passing: Hurdle[], admit: (actor: Actor, ctx: Context) => Promise<void> | void) =>
  // One middleware and not two on top of each other: each costs a scan as much as a query.
  t.procedure.use(async ({ ctx, next }) => {
    const { actor, session } = ctx;
    if (!actor || !session) return refuse(new DomainError('UNAUTHENTICATED', '请先登录'));
    try {
      assertNoHurdle(session.hurdle, passing);
      await admit(actor, ctx);
    } catch (error) {
      refuse(error);
    }
    const result = await next(OF_STAFF);
    return result.ok ? result : refuse(result.error);
  });

/** Staff only, whatever of `passing` still stands before them; which roles may do it is judged by the domain function. */
export const procedureBefore = (...passing: Hurdle[]) => staffProcedure(passing, () => {});

/** Staff before whom nothing stands. */
export const procedure = procedureBefore();

/**
 * Staff before whom nothing stands, by procedures that answer a code with somebody's data: a nurse's calls have a minute's number, and a
 * pace above it.
 * @param kind counted by itself: a scan makes a lookup and an issue, and either alone would tell of a person
 */
export const paced = (kind: PaceKind) =>
  staffProcedure([], async (actor, ctx) => {
    if (actor.role !== 'nurse') return;
    try {
      await ctx.pace(actor, kind);
    } catch (refusal) {
      ctx.http.resHeaders.set('Retry-After', String(RETRY_SECONDS));
      throw refusal;
    }
  });

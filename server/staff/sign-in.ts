import { isAPIError } from 'better-auth/api';
import { eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { AuditAction, AuditOutcome } from '../audit/schema.ts';
import { dropSessions } from './accounts.ts';
import { actorOf } from './actor.ts';
import { type Auth, CODE_WAIT_SECONDS } from './auth.ts';
import { hurdleOf } from './hurdles.ts';
import { type Lockout, waitInWords } from './lockout.ts';
import { backupCode, totpCode, username } from './schema.ts';
import type { Sessions } from './sessions.ts';
import { takeCode } from './used-codes.ts';

type Person = typeof tables.staff.$inferSelect;

const answer = (status: number, code: string, message: string, wait: number | null = null) =>
  Response.json({ code, message }, { status, ...(wait ? { headers: { 'Retry-After': String(wait) } } : {}) });

/**
 * The doors to and from a session: better-auth decides, failures are counted, every way is audited.
 * Errors: 400 BAD_INPUT, 401 WRONG_PASSWORD (the same for unknown names, in words and in work), 401 WRONG_CODE, 401 UNAUTHENTICATED (a code
 * without a password before it), 403 ACCOUNT_LOCKED (only to who knows the password), 429 TOO_MANY_TRIES; with Retry-After where one waits.
 */
export function makeSignIn(db: Db, auth: Auth, sessions: Sessions, lockout: Lockout) {
  async function ask(url: string, headers: Headers, body?: object): Promise<Response> {
    const init = { method: 'POST', headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    try {
      const answered = await auth.handler(new Request(url, init));
      if (answered.status >= 500) throw new Error(`better-auth answered ${answered.status}`);
      return answered;
    } catch (error) {
      if (isAPIError(error) && error.statusCode < 500) return new Response(null, { status: error.statusCode });
      throw error;
    }
  }

  /** As much work as for a name that somebody has: better-auth hashes for an unknown one, and not for one that nobody can have. */
  async function askForPassword(request: Request, name: string, password: string): Promise<Response> {
    if (username.safeParse(name).success) return ask(request.url, request.headers, { username: name, password });
    const { password: passwords } = await auth.$context;
    await passwords.hash(password.slice(0, passwords.config.maxPasswordLength));
    return new Response(null, { status: 401 });
  }

  /** @param wait seconds, where this failure was one too many: they stand in the trail */
  async function recordFailure(
    requestId: string,
    person: Person | undefined,
    outcome: AuditOutcome,
    wait: number | null,
  ) {
    const actor = { kind: 'system' as const, program: 'sign-in', requestId };
    const events: { action: AuditAction; outcome: AuditOutcome; detail?: string }[] = [
      { action: 'staff.sign_in', outcome },
      ...(wait ? [{ action: 'staff.wait' as const, outcome: 'TOO_MANY_TRIES' as const, detail: String(wait) }] : []),
    ];
    await db.write(async (tx) => {
      // better-auth knows no locks and has just opened a session.
      if (person && outcome === 'ACCOUNT_LOCKED') await dropSessions(tx, person.id);
      for (const event of events) await recordEvent(tx, actor, { ...event, ...(person ? { subject: person.id } : {}) });
    });
  }

  /** The session that this browser had before ends, whoever's it was. */
  async function welcome(request: Request, requestId: string, person: Person, answered: Response, detail?: string) {
    const before = await sessions.find(request.headers.get('cookie'));
    await db.write(async (tx) => {
      if (before) await tx.delete(tables.sessions).where(eq(tables.sessions.id, before.id));
      const event = { action: 'staff.sign_in' as const, outcome: 'ok' as const, subject: person.id };
      await recordEvent(tx, actorOf(person, requestId), { ...event, ...(detail ? { detail } : {}) });
    });
    if (before) sessions.forget(before.person.id);
    const hurdle = hurdleOf(person, sessions.totpRequired);
    return Response.json({ role: person.role, ...(hurdle ? { hurdle } : {}) }, { headers: cookiesOf(answered) });
  }

  return {
    async signIn(request: Request, address: string, requestId: string): Promise<Response> {
      const { username: typed, password } = await readJson(request);
      if (typeof typed !== 'string' || typeof password !== 'string' || !typed || !password) {
        return answer(400, 'BAD_INPUT', '请填写用户名和密码');
      }
      const name = typed.trim().toLowerCase().slice(0, 64);
      const tried = await lockout.take(name, address);
      if (tried.refused) {
        return answer(429, 'TOO_MANY_TRIES', `登录失败次数过多,请 ${waitInWords(tried.wait)}后再试`, tried.wait);
      }
      const answered = await askForPassword(request, name, password);
      const [person] = await db.read.select().from(tables.staff).where(eq(tables.staff.username, name));
      if (!answered.ok || !person) {
        await recordFailure(requestId, person, 'WRONG_PASSWORD', tried.wait);
        const then = tried.wait ? `,请 ${waitInWords(tried.wait)}后再试` : '';
        return answer(401, 'WRONG_PASSWORD', `用户名或密码不正确${then}`, tried.wait);
      }
      if (person.lockedAt) {
        await recordFailure(requestId, person, 'ACCOUNT_LOCKED', tried.wait);
        return answer(403, 'ACCOUNT_LOCKED', '账号已停用,请联系管理员');
      }
      await tried.good();
      const { twoFactorRedirect } = (await answered.clone().json()) as { twoFactorRedirect?: boolean };
      if (!twoFactorRedirect) return welcome(request, requestId, person, answered);
      const event = { action: 'staff.sign_in' as const, outcome: 'code_asked' as const, subject: person.id };
      await db.write((tx) => recordEvent(tx, actorOf(person, requestId), event));
      return Response.json({ codeAsked: true }, { headers: cookiesOf(answered) });
    },

    /** The second step: a code of the authenticator app, or one of the backup codes; either once. */
    async giveCode(request: Request, requestId: string): Promise<Response> {
      const { code: typed } = await readJson(request);
      const isTotp = totpCode.safeParse(typed);
      const isBackup = backupCode.safeParse(typed);
      if (!isTotp.success && !isBackup.success) return answer(400, 'BAD_INPUT', '请填写 6 位验证码或备用码');
      // Nothing but who owes a code: a session that is still there would be asked about itself.
      const owing = (request.headers.get('cookie') ?? '')
        .split(/;\s*/)
        .filter((each) => /^[\w.-]*two_factor=/.test(each));
      const headers = new Headers(request.headers);
      headers.set('cookie', owing.join('; '));
      headers.delete('content-length');
      const path = isTotp.success ? 'totp' : 'backup-code';
      const url = new URL(`/api/auth/two-factor/verify-${path}`, request.url).href;
      const person = await findOwing(owing[0]);
      if (person?.lockedAt) {
        await recordFailure(requestId, person, 'ACCOUNT_LOCKED', null);
        return answer(403, 'ACCOUNT_LOCKED', '账号已停用,请联系管理员');
      }
      const taken = isTotp.success && person ? await takeCode(db, person.id, isTotp.data) : null;
      const answered = await ask(url, headers, { code: taken?.judged ?? isTotp.data ?? isBackup.data });
      if (!answered.ok) await taken?.giveBack();
      if (answered.ok && person) return welcome(request, requestId, person, answered, path);
      const { code } = (await answered.json()) as { code?: string };
      switch (code) {
        case 'INVALID_CODE':
        case 'INVALID_BACKUP_CODE':
          await recordFailure(requestId, person, 'WRONG_CODE', null);
          return answer(401, 'WRONG_CODE', isTotp.success ? '验证码不正确' : '备用码不正确');
        case 'TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE':
          await recordFailure(requestId, person, 'TOO_MANY_TRIES', null);
          return answer(401, 'UNAUTHENTICATED', '验证码错误次数过多,请重新输入密码');
        case 'ACCOUNT_TEMPORARILY_LOCKED':
          await recordFailure(requestId, person, 'TOO_MANY_TRIES', null);
          return answer(
            429,
            'TOO_MANY_TRIES',
            `验证码错误次数过多,请 ${waitInWords(CODE_WAIT_SECONDS)}后再试`,
            CODE_WAIT_SECONDS,
          );
        default:
          return answer(401, 'UNAUTHENTICATED', '登录已超时,请重新输入密码');
      }
    },

    async signOut(request: Request, requestId: string): Promise<Response> {
      const session = await sessions.find(request.headers.get('cookie'));
      const answered = await ask(request.url, request.headers);
      if (session) {
        sessions.forget(session.person.id);
        const actor = actorOf(session.person, requestId);
        await db.write((tx) => recordEvent(tx, actor, { action: 'staff.sign_out', outcome: 'ok', subject: actor.id }));
      }
      return Response.json({}, { headers: cookiesOf(answered) });
    },
  };

  /** Who has given the password and owes the code; better-auth checks the cookie's signature afterwards. */
  async function findOwing(cookie: string | undefined): Promise<Person | undefined> {
    const [, value = ''] = cookie?.split(/=(.*)/s) ?? [];
    const [identifier = ''] = value.split('.');
    const { verifications, staff } = tables;
    const [owing] = await db.read.select().from(verifications).where(eq(verifications.identifier, identifier));
    if (!owing) return undefined;
    const [person] = await db.read.select().from(staff).where(eq(staff.id, owing.value));
    return person;
  }
}

/** Asking for JSON keeps other sites' forms out: a browser sends it across sites only with our consent. */
async function readJson(request: Request): Promise<Record<string, unknown>> {
  const json = request.headers.get('content-type')?.startsWith('application/json');
  const body: unknown = json ? await request.json().catch(() => null) : null;
  return (body ?? {}) as Record<string, unknown>;
}

function cookiesOf(response: Response): Headers {
  const headers = new Headers();
  for (const cookie of response.headers.getSetCookie()) headers.append('Set-Cookie', cookie);
  return headers;
}

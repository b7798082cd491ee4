import { isAPIError } from 'better-auth/api';
import { eq } from 'drizzle-orm';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { dropSessions } from './accounts.ts';
import type { Actor } from './actor.ts';
import type { Auth } from './auth.ts';
import type { Sessions } from './sessions.ts';

/** Failures a minute: for one name, and for one address (a site's tablets may share one). */
const FAILURES_A_NAME = 10;
const FAILURES_AN_ADDRESS = 60;

const answer = (status: number, code: string, message: string, headers: HeadersInit = {}) =>
  Response.json({ code, message }, { status, headers });

/**
 * The doors to and from a session: better-auth decides, failures are counted, both ways are audited.
 * Errors: 400 BAD_INPUT, 401 WRONG_PASSWORD (the same for unknown names), 403 ACCOUNT_LOCKED (only to who knows the password),
 * 429 TOO_MANY_TRIES with Retry-After.
 */
export function makeSignIn(db: Db, auth: Auth, sessions: Sessions) {
  const byName = new RateLimiterMemory({ keyPrefix: 'name', points: FAILURES_A_NAME, duration: 60 });
  const byAddress = new RateLimiterMemory({ keyPrefix: 'address', points: FAILURES_AN_ADDRESS, duration: 60 });

  async function ask({ url, headers }: Request, body?: string): Promise<Response> {
    const sent = new Request(url, { method: 'POST', headers, ...(body ? { body } : {}) });
    try {
      return await auth.handler(sent);
    } catch (error) {
      if (isAPIError(error) && error.statusCode < 500) return new Response(null, { status: error.statusCode });
      throw error;
    }
  }

  return {
    async signIn(request: Request, address: string, requestId: string): Promise<Response> {
      // Asking for JSON keeps other sites' forms out: a browser sends it across sites only with our consent.
      const json = request.headers.get('content-type')?.startsWith('application/json');
      const body: unknown = json ? await request.json().catch(() => null) : null;
      const { username, password } = (body ?? {}) as Record<string, unknown>;
      if (typeof username !== 'string' || typeof password !== 'string' || !username || !password) {
        return answer(400, 'BAD_INPUT', '请填写用户名和密码');
      }
      const name = username.trim().toLowerCase().slice(0, 64);
      // Every try is counted before it is judged, so that many at once can't slip through; a good one is given back.
      const wait = await take(byName, name).then((refused) => refused ?? take(byAddress, address));
      if (wait !== null) {
        return answer(429, 'TOO_MANY_TRIES', `登录失败次数过多,请 ${wait} 秒后再试`, { 'Retry-After': String(wait) });
      }
      const answered = await ask(request, JSON.stringify({ username: name, password }));
      const [person] = await db.read.select().from(tables.staff).where(eq(tables.staff.username, name));
      if (!answered.ok || !person || person.lockedAt) {
        const locked = answered.ok && person !== undefined;
        await db.write(async (tx) => {
          // better-auth knows no locks and has just opened a session.
          if (locked) await dropSessions(tx, person.id);
          await recordEvent(
            tx,
            { kind: 'system', program: 'sign-in', requestId },
            {
              action: 'staff.sign_in',
              outcome: locked ? 'ACCOUNT_LOCKED' : 'WRONG_PASSWORD',
              ...(person ? { subject: person.id } : {}),
            },
          );
        });
        if (locked) return answer(403, 'ACCOUNT_LOCKED', '账号已停用,请联系管理员');
        return answer(401, 'WRONG_PASSWORD', '用户名或密码不正确');
      }
      await Promise.all([byName.delete(name), byAddress.reward(address)]);
      const actor: Actor = { kind: 'staff', ...person, requestId };
      await db.write((tx) => recordEvent(tx, actor, { action: 'staff.sign_in', outcome: 'ok', subject: person.id }));
      return Response.json({ role: person.role }, { headers: cookiesOf(answered) });
    },

    async signOut(request: Request, requestId: string): Promise<Response> {
      const person = await sessions.find(request.headers);
      const answered = await ask(request);
      if (person) {
        sessions.forget(person.id);
        const actor: Actor = { ...person, requestId };
        await db.write((tx) => recordEvent(tx, actor, { action: 'staff.sign_out', outcome: 'ok', subject: person.id }));
      }
      return Response.json({}, { headers: cookiesOf(answered) });
    },
  };
}

/** Uses up one try. @returns null, or the seconds to wait */
async function take(limiter: RateLimiterMemory, key: string): Promise<number | null> {
  try {
    await limiter.consume(key);
    return null;
  } catch (refused) {
    return Math.ceil((refused as RateLimiterRes).msBeforeNext / 1000);
  }
}

function cookiesOf(response: Response): Headers {
  const headers = new Headers();
  for (const cookie of response.headers.getSetCookie()) headers.append('Set-Cookie', cookie);
  return headers;
}

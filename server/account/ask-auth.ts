import type { Auth } from '../staff/auth.ts';

/** better-auth, and the request and answer whose cookies it reads and sets. */
export interface AuthDoor {
  auth: Auth;
  http: { cookie: string | undefined; resHeaders: Headers };
}

/**
 * Asks better-auth on behalf of the request's session; a new session's cookie goes into the answer.
 * @returns null, or the code of its refusal
 */
export async function askAuth(
  { http }: AuthDoor,
  call: (headers: Headers) => Promise<{ headers: Headers }>,
): Promise<string | null> {
  try {
    const { headers } = await call(new Headers({ cookie: http.cookie ?? '' }));
    for (const cookie of headers.getSetCookie()) http.resHeaders.append('Set-Cookie', cookie);
    return null;
  } catch (error) {
    const code = (error as { body?: { code?: unknown } }).body?.code;
    if (typeof code !== 'string') throw error;
    return code;
  }
}

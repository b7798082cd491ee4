import { type Context, Hono } from 'hono';
import { DomainError, ERROR_STATUS } from './errors.ts';
import type { Actor } from './staff/actor.ts';

type Door = { Variables: { requestId: string } };
export type FindStaff = (headers: Headers) => Promise<Omit<Actor, 'requestId'> | null>;

/**
 * A door for what tRPC does not carry: files. Domain errors leave as `{ code, message, field, request_id }`.
 * @param findStaff who is signed in, if anybody
 * @param tellMore what else an error's answer holds
 * @returns the routes, and who stands at them: throws DomainError UNAUTHENTICATED for nobody
 */
export function makeDoor(findStaff: FindStaff, tellMore: (error: DomainError) => object = () => ({})) {
  const door = new Hono<Door>();
  door.onError((error, c) => {
    if (!(error instanceof DomainError)) throw error;
    const { code, message, field = null } = error;
    const answer = { code, message, field, ...tellMore(error), request_id: c.get('requestId') };
    return c.json(answer, ERROR_STATUS[code]);
  });
  async function actorOf(c: Context<Door>): Promise<Actor> {
    const person = await findStaff(c.req.raw.headers);
    if (!person) throw new DomainError('UNAUTHENTICATED', '请先登录');
    return { ...person, requestId: c.get('requestId') };
  }
  return { door, actorOf };
}

import { DomainError } from '../errors.ts';
import type { Role } from './schema.ts';

/** Somebody at work: who asks, in which role, from where, and in which request. Doors make it; domain functions judge it. */
export interface Actor {
  kind: 'staff';
  id: string;
  username: string;
  name: string;
  role: Role;
  siteCode: string | null;
  cityCode: string | null;
  requestId: string;
}

/** The programs of this console themselves: the demo's seed and the operator's commands. */
export interface SystemActor {
  kind: 'system';
  program: string;
  requestId: string;
}

/** A city's platform at the exchange, signed in by one of its credentials. */
export interface PlatformActor {
  kind: 'platform';
  appId: string;
  cityCode: string;
  requestId: string;
}

/** Written out, as it is done for every request: V8 takes longer over what is spread. @param person as rows have people, too */
export function actorOf(
  person: Omit<Actor, 'kind' | 'role' | 'requestId'> & { role: string },
  requestId: string,
): Actor {
  const { id, username, name, role, siteCode, cityCode } = person;
  return { kind: 'staff', id, username, name, role: role as Role, siteCode, cityCode, requestId };
}

declare const passed: unique symbol;
/** An actor whose role was checked; only {@link authorise} makes one. */
export type Authorised<R extends Role> = Actor & {
  role: R;
  siteCode: R extends 'nurse' | 'site_admin' ? string : string | null;
} & {
  [passed]: true;
};

/**
 * Lets the named roles pass.
 * @throws DomainError FORBIDDEN
 */
export function authorise<R extends Role>(actor: Actor, ...roles: R[]): Authorised<R> {
  const atSite = actor.role === 'nurse' || actor.role === 'site_admin';
  if (!(roles as Role[]).includes(actor.role) || (atSite && !actor.siteCode)) {
    throw new DomainError('FORBIDDEN', '您的角色没有此项权限');
  }
  return actor as Authorised<R>;
}

import { DomainError } from '../errors.ts';
import type { Role } from './schema.ts';

/** What a session must do before anything else; each is an error's code. */
const HURDLES = {
  SESSION_LOCKED: '屏幕已锁定,请先解锁',
  PASSWORD_CHANGE_REQUIRED: '请先修改密码',
  TWO_FACTOR_REQUIRED: '请先启用两步验证',
} as const;
export type Hurdle = keyof typeof HURDLES;

interface Standing {
  role: string;
  mustChangePassword?: boolean | null | undefined;
  twoFactorEnabled?: boolean | null | undefined;
}

/**
 * The first thing that stands in a session's way, or null.
 * @param required the roles that sign in with a code
 */
export function hurdleOf(
  person: Standing,
  required: readonly Role[],
  screenLockedAt: string | null = null,
): Hurdle | null {
  if (screenLockedAt) return 'SESSION_LOCKED';
  if (person.mustChangePassword) return 'PASSWORD_CHANGE_REQUIRED';
  if (!person.twoFactorEnabled && (required as readonly string[]).includes(person.role)) return 'TWO_FACTOR_REQUIRED';
  return null;
}

/**
 * Lets a session pass before which nothing stands, or only what `passing` names.
 * @throws DomainError SESSION_LOCKED, PASSWORD_CHANGE_REQUIRED, TWO_FACTOR_REQUIRED
 */
export function assertNoHurdle(hurdle: Hurdle | null, passing: readonly Hurdle[] = []): void {
  if (hurdle && !passing.includes(hurdle)) throw new DomainError(hurdle, HURDLES[hurdle]);
}

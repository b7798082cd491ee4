import { eq } from 'drizzle-orm';
import { tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { dropOwing } from '../staff/accounts.ts';
import type { Actor } from '../staff/actor.ts';
import { assertPassword } from '../staff/password.ts';
import { type AuthDoor, askAuth } from './ask-auth.ts';
import { type Confirming, refusePassword, takeTry } from './confirm.ts';
import type { ChangePasswordInput } from './schema.ts';

/**
 * Changes one's own password. All sessions end; the one that asked goes on under a new name.
 * @throws DomainError WRONG_PASSWORD, TOO_MANY_TRIES, WEAK_PASSWORD
 */
export async function changePassword(
  on: Confirming,
  door: AuthDoor,
  actor: Actor,
  { password, newPassword }: ChangePasswordInput,
): Promise<void> {
  assertPassword(newPassword, actor, 'newPassword');
  if (newPassword === password) throw new DomainError('WEAK_PASSWORD', '新密码不能与当前密码相同', 'newPassword');
  const tried = await takeTry(on, actor);
  const body = { currentPassword: password, newPassword, revokeOtherSessions: true };
  const refused = await askAuth(door, (headers) =>
    door.auth.api.changePassword({ body, headers, returnHeaders: true }),
  );
  if (refused === 'INVALID_PASSWORD') throw await refusePassword(on, actor, 'account.change_password', tried);
  if (refused) throw new Error(`better-auth refused a change of password: ${refused}`);
  await tried.good();
  const { staff } = tables;
  await on.db.write(async (tx) => {
    await tx.update(staff).set({ mustChangePassword: false, updatedAt: new Date() }).where(eq(staff.id, actor.id));
    await dropOwing(tx, actor.id);
    await recordEvent(tx, actor, { action: 'account.change_password', outcome: 'ok', subject: actor.id });
  });
}

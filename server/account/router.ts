import type { Actor } from '../staff/actor.ts';
import { type Context, procedure, procedureBefore, router } from '../trpc.ts';
import { changePassword } from './change-password.ts';
import type { Confirming } from './confirm.ts';
import { lockScreen, unlockScreen } from './lock.ts';
import { setPin } from './pin.ts';
import { changePasswordInput, codeInput, passwordInput, setPinInput, unlockInput } from './schema.ts';
import { accountState, endOwnSessions } from './state.ts';
import { confirmTotp, dropTotp, enrolTotp } from './two-factor.ts';

const confirming = ({ db, lockout, http }: Context): Confirming => ({ db, lockout, address: http.address });

/** What is remembered of one's sessions ends with the answer, also where it is a refusal. */
async function forgetting<T>({ sessions, actor }: Context & { actor: Actor }, change: Promise<T>): Promise<T> {
  try {
    return await change;
  } finally {
    sessions.forget(actor.id);
  }
}

const anyTime = procedureBefore('SESSION_LOCKED', 'PASSWORD_CHANGE_REQUIRED', 'TWO_FACTOR_REQUIRED');
const enrolling = procedureBefore('TWO_FACTOR_REQUIRED');

/** One's own account: what the sign-in, the lock screen and the account's page ask. */
export const accountRouter = router({
  state: anyTime.query(({ ctx }) => accountState(ctx.db, ctx.actor, ctx.session, ctx.sessions.totpRequired)),
  changePassword: procedureBefore('PASSWORD_CHANGE_REQUIRED', 'TWO_FACTOR_REQUIRED')
    .input(changePasswordInput)
    .mutation(({ ctx, input }) => forgetting(ctx, changePassword(confirming(ctx), ctx, ctx.actor, input))),
  enrolTotp: enrolling
    .input(passwordInput)
    .mutation(({ ctx, input }) => enrolTotp(confirming(ctx), ctx, ctx.actor, ctx.session, input)),
  confirmTotp: enrolling
    .input(codeInput)
    .mutation(({ ctx, input }) => forgetting(ctx, confirmTotp(confirming(ctx), ctx, ctx.actor, ctx.session, input))),
  dropTotp: procedure
    .input(passwordInput)
    .mutation(({ ctx, input }) => forgetting(ctx, dropTotp(confirming(ctx), ctx, ctx.actor, ctx.session, input))),
  setPin: procedure.input(setPinInput).mutation(({ ctx, input }) => setPin(confirming(ctx), ctx.actor, input)),
  lock: procedureBefore('SESSION_LOCKED').mutation(({ ctx }) =>
    forgetting(ctx, lockScreen(ctx.db, ctx.actor, ctx.session)),
  ),
  unlock: procedureBefore('SESSION_LOCKED')
    .input(unlockInput)
    .mutation(({ ctx, input }) => forgetting(ctx, unlockScreen(ctx.db, ctx.actor, ctx.session, input))),
  endSessions: anyTime.mutation(({ ctx }) => forgetting(ctx, endOwnSessions(ctx.db, ctx.actor))),
});

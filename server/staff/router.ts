import { type Context, procedure, router } from '../trpc.ts';
import { endSessions, liftWait, lockStaff, resetPassword, resetTotp, unlockStaff } from './accounts.ts';
import { browseStaff } from './browse.ts';
import { createStaff } from './create-staff.ts';
import { me } from './me.ts';
import { saveStaff } from './save.ts';
import { browseStaffInput, createStaffInput, saveStaffInput, staffInput } from './schema.ts';

/** What is remembered of the changed person's sessions ends with the answer. */
async function forgetting<T extends { staffId: string }>({ sessions }: Context, change: Promise<T>): Promise<T> {
  const changed = await change;
  sessions.forget(changed.staffId);
  return changed;
}

export const staffRouter = router({
  me: procedure.query(({ ctx }) => me(ctx.db, ctx.actor)),
  // A mutation: names of people stand in what it takes and shows.
  browse: procedure
    .input(browseStaffInput)
    .mutation(({ ctx, input }) => browseStaff(ctx.db, ctx.lockout, ctx.actor, input)),
  create: procedure.input(createStaffInput).mutation(({ ctx, input }) => createStaff(ctx.db, ctx.actor, input)),
  save: procedure
    .input(saveStaffInput)
    .mutation(({ ctx, input }) => forgetting(ctx, saveStaff(ctx.db, ctx.actor, input))),
  resetPassword: procedure
    .input(staffInput)
    .mutation(({ ctx, input }) => forgetting(ctx, resetPassword(ctx.db, ctx.actor, input))),
  lock: procedure.input(staffInput).mutation(({ ctx, input }) => forgetting(ctx, lockStaff(ctx.db, ctx.actor, input))),
  unlock: procedure
    .input(staffInput)
    .mutation(({ ctx, input }) => forgetting(ctx, unlockStaff(ctx.db, ctx.actor, input))),
  endSessions: procedure
    .input(staffInput)
    .mutation(({ ctx, input }) => forgetting(ctx, endSessions(ctx.db, ctx.actor, input))),
  liftWait: procedure.input(staffInput).mutation(({ ctx, input }) => liftWait(ctx.db, ctx.lockout, ctx.actor, input)),
  resetTotp: procedure
    .input(staffInput)
    .mutation(({ ctx, input }) => forgetting(ctx, resetTotp(ctx.db, ctx.actor, input))),
});

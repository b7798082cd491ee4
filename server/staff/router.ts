import { procedure, router } from '../trpc.ts';
import { changeRole } from './change-role.ts';
import { me } from './me.ts';
import { changeRoleInput } from './schema.ts';

export const staffRouter = router({
  me: procedure.query(({ ctx }) => me(ctx.db, ctx.actor)),
  changeRole: procedure.input(changeRoleInput).mutation(async ({ ctx, input }) => {
    const changed = await changeRole(ctx.db, ctx.actor, input);
    ctx.sessions.forget(changed.staffId);
    return changed;
  }),
});

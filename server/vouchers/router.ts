import { procedure, router } from '../trpc.ts';
import { browseVouchers } from './browse.ts';
import { issueVoucher } from './issue.ts';
import { openVoucher } from './open.ts';
import { reportDay } from './report.ts';
import { reprintVoucher } from './reprint.ts';
import { browseVouchersInput, codeInput, reportDayInput, voidVoucherInput, voucherInput } from './schema.ts';
import { voidVoucher } from './void.ts';

export const vouchersRouter = router({
  issue: procedure.input(codeInput).mutation(({ ctx, input }) => issueVoucher(ctx.db, ctx.actor, input)),
  reprint: procedure.input(voucherInput).mutation(({ ctx, input }) => reprintVoucher(ctx.db, ctx.actor, input)),
  open: procedure.input(voucherInput).mutation(({ ctx, input }) => openVoucher(ctx.db, ctx.actor, input)),
  browse: procedure.input(browseVouchersInput).mutation(({ ctx, input }) => browseVouchers(ctx.db, ctx.actor, input)),
  report: procedure.input(reportDayInput).mutation(({ ctx, input }) => reportDay(ctx.db, ctx.actor, input)),
  void: procedure.input(voidVoucherInput).mutation(({ ctx, input }) => voidVoucher(ctx.db, ctx.actor, input)),
});

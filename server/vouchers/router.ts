import { paced, procedure, router } from '../trpc.ts';
import { browseVouchers, browseVouchersOfRecord } from './browse.ts';
import { listIssuers } from './choices.ts';
import { issueVoucher } from './issue.ts';
import { openVoucher } from './open.ts';
import { reportDay } from './report.ts';
import { reprintVoucher } from './reprint.ts';
import {
  browseVouchersInput,
  codeInput,
  listIssuersInput,
  reportDayInput,
  voidVoucherInput,
  voucherInput,
  vouchersOfRecordInput,
} from './schema.ts';
import { voidVoucher } from './void.ts';

export const vouchersRouter = router({
  issue: paced('issue')
    .input(codeInput)
    .mutation(({ ctx, input }) => issueVoucher(ctx.db, ctx.sealer, ctx.actor, input)),
  reprint: procedure.input(voucherInput).mutation(({ ctx, input }) => reprintVoucher(ctx.db, ctx.actor, input)),
  open: procedure.input(voucherInput).mutation(({ ctx, input }) => openVoucher(ctx.db, ctx.actor, input)),
  browse: procedure.input(browseVouchersInput).mutation(({ ctx, input }) => browseVouchers(ctx.db, ctx.actor, input)),
  issuers: procedure.input(listIssuersInput).query(({ ctx, input }) => listIssuers(ctx.db, ctx.actor, input)),
  ofRecord: procedure
    .input(vouchersOfRecordInput)
    .mutation(({ ctx, input }) => browseVouchersOfRecord(ctx.db, ctx.actor, input)),
  report: procedure.input(reportDayInput).mutation(({ ctx, input }) => reportDay(ctx.db, ctx.actor, input)),
  void: procedure.input(voidVoucherInput).mutation(({ ctx, input }) => voidVoucher(ctx.db, ctx.actor, input)),
});

import { accountRouter } from './account/router.ts';
import { auditRouter } from './audit/router.ts';
import { cityRouter, phoneRouter } from './city/router.ts';
import { demoRouter } from './demo/router.ts';
import { exchangeRouter } from './exchange/router.ts';
import { exportsRouter } from './exports/router.ts';
import { figuresRouter } from './figures/router.ts';
import { filingsRouter } from './filings/router.ts';
import { issuersRouter } from './issuers/router.ts';
import { recordsRouter } from './records/router.ts';
import { scanRouter } from './scan/router.ts';
import { sitesRouter } from './sites/router.ts';
import { staffRouter } from './staff/router.ts';
import { trustRouter } from './tls/router.ts';
import { router } from './trpc.ts';
import { vouchersRouter } from './vouchers/router.ts';

export const appRouter = router({
  account: accountRouter,
  scan: scanRouter,
  vouchers: vouchersRouter,
  records: recordsRouter,
  exchange: exchangeRouter,
  issuers: issuersRouter,
  filings: filingsRouter,
  figures: figuresRouter,
  exports: exportsRouter,
  sites: sitesRouter,
  staff: staffRouter,
  audit: auditRouter,
  phone: phoneRouter,
  city: cityRouter,
  demo: demoRouter,
  trust: trustRouter,
});

/** The pages' only knowledge of the server. */
export type AppRouter = typeof appRouter;

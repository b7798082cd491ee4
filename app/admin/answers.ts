import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '../../server/router.ts';

/** What the server answers, by router and procedure. */
export type Answers = inferRouterOutputs<AppRouter>;

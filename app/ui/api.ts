import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client';
import type { AppRouter } from '../../server/router.ts';

/** Longer than any answer takes; a queue does not wait for a dead line. */
const PATIENCE_MS = 10_000;

/** The pages' only way to data. */
export const api = createTRPCClient<AppRouter>({
  links: [
    httpLink({
      url: '/api/trpc',
      fetch: (input, init) => {
        const patience = AbortSignal.timeout(PATIENCE_MS);
        return fetch(input, { ...(init as RequestInit), signal: patience });
      },
    }),
  ],
});

export interface Problem {
  /** `network`: no answer came. `signed-out`: sign in again. `refused`: a rule said no. `server`: unexpected. */
  kind: 'network' | 'signed-out' | 'refused' | 'server';
  code: string;
  /** Chinese, for people. */
  message: string;
  requestId: string | null;
}

/** What went wrong with a call, for a page to show. */
export function toProblem(error: unknown): Problem {
  const failure = error instanceof TRPCClientError ? (error as TRPCClientError<AppRouter>) : null;
  const told = failure?.data?.error;
  if (!told) {
    const response = failure?.meta?.response;
    if (!(response instanceof Response)) {
      return { kind: 'network', code: 'NETWORK', message: '网络已断开', requestId: null };
    }
    // An answer that tRPC did not write: a proxy's, or the server's last resort.
    const requestId = response.headers.get('x-request-id');
    return { kind: 'server', code: 'INTERNAL', message: '系统繁忙,请稍后再试', requestId };
  }
  const kind = told.code === 'UNAUTHENTICATED' ? 'signed-out' : told.code === 'INTERNAL' ? 'server' : 'refused';
  return { kind, code: told.code, message: told.message, requestId: told.requestId };
}

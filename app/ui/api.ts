import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client';
import type { AppRouter } from '../../server/router.ts';

/** A nurse's queue does not wait for a dead line, nor does who stands before it with a phone; a desk does wait for a busy server. */
const PATIENCE_MS = { '/scan': 10_000, '/phone': 15_000 };
const DESKS_PATIENCE_MS = 60_000;

function patience(): number {
  const page = Object.entries(PATIENCE_MS).find(([path]) => window.location.pathname.startsWith(path));
  return page?.[1] ?? DESKS_PATIENCE_MS;
}

class UnreadableAnswer extends Error {}

/** The pages' only way to data. */
export const api = createTRPCClient<AppRouter>({
  links: [
    httpLink({
      url: '/api/trpc',
      async fetch(input, init) {
        const response = await fetch(input, { ...(init as RequestInit), signal: AbortSignal.timeout(patience()) });
        // A proxy's error page is an answer too, and not a broken line.
        if (!response.headers.get('content-type')?.includes('json')) throw new UnreadableAnswer();
        return response;
      },
    }),
  ],
});

export interface Problem {
  /**
   * `network`: no answer came. `signed-out`: sign in again. `refused`: a rule said no. `storage`: the server can't save, and the
   * message says why. `server`: unexpected.
   */
  kind: 'network' | 'signed-out' | 'refused' | 'storage' | 'server';
  code: string;
  /** Chinese, for people. */
  message: string;
  /** The input that it is about, if it is about one. */
  field: string | null;
  requestId: string | null;
  /** What is wrong with single rows of a file, if a file was sent. */
  rows?: { row: number; field: string; message: string }[];
}

/** An answer of a door that is not tRPC's. */
class Refusal extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Sends a form with a file. @returns what the door answers @throws what {@link toProblem} explains */
export async function uploadTo<Answer>(url: string, form: FormData): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body: form });
  if (response.ok) return response.json();
  const told = await response.json().catch(() => null);
  const requestId = response.headers.get('x-request-id');
  const message: string = told?.message ?? '系统繁忙,请稍后再试';
  const kind = kindOf(
    told?.code ?? (response.status === 401 ? 'UNAUTHENTICATED' : response.status >= 500 ? 'INTERNAL' : ''),
  );
  const rows = told?.rows ? { rows: told.rows } : {};
  throw new Refusal({ kind, code: told?.code ?? 'INTERNAL', message, field: told?.field ?? null, requestId, ...rows });
}

/** What went wrong with a call, for a page to show. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Refusal) return error.problem;
  const failure = error instanceof TRPCClientError ? (error as TRPCClientError<AppRouter>) : null;
  const told = failure?.data?.error;
  if (!told) {
    const response = failure?.meta?.response;
    if (!(response instanceof Response) && !(failure?.cause instanceof UnreadableAnswer)) {
      return { kind: 'network', code: 'NETWORK', message: '网络已断开', field: null, requestId: null };
    }
    const requestId = response instanceof Response ? response.headers.get('x-request-id') : null;
    if (response instanceof Response && response.status === 429) {
      // Refused before it came to tRPC.
      const message = `请求过于频繁,请 ${response.headers.get('retry-after') ?? '60'} 秒后再试`;
      return { kind: 'refused', code: 'TOO_MANY_REQUESTS', message, field: null, requestId };
    }
    return { kind: 'server', code: 'INTERNAL', message: '系统繁忙,请稍后再试', field: null, requestId };
  }
  const kind = kindOf(told.code);
  return { kind, code: told.code, message: told.message, field: told.field, requestId: told.requestId };
}

function kindOf(code: string): Problem['kind'] {
  if (code.startsWith('STORAGE_')) return 'storage';
  return code === 'UNAUTHENTICATED' ? 'signed-out' : code === 'INTERNAL' ? 'server' : 'refused';
}

/** Where people do what must be done before anything else, by the code of the refusal. */
export const HURDLE_PAGES: Record<string, string> = {
  SESSION_LOCKED: '/scan',
  PASSWORD_CHANGE_REQUIRED: '/login/password',
  TWO_FACTOR_REQUIRED: '/login/two-factor',
};

/** Where this problem leads; null: it is told where it occurred. */
export function wayOut({ kind, code }: Problem): string | null {
  return kind === 'signed-out' ? '/login' : (HURDLE_PAGES[code] ?? null);
}

/** A rule says the same again; only what broke by itself is worth another try. */
export function isPassing(error: unknown): boolean {
  const { kind } = toProblem(error);
  return kind === 'network' || kind === 'server' || kind === 'storage';
}

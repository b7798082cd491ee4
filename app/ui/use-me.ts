'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { api, toProblem, wayOut } from './api.ts';

/** On the way to the login page: what a page asks meanwhile is refused, which must not lead there without the reason. */
let leaving = false;

/** Said by the login page. */
export function arrive(): void {
  leaving = false;
}

/** Shows the login page, with nothing left in memory of what was on the screen. @returns `why`: a reason that the login page tells */
export function useLeave(): (why?: string) => void {
  const router = useRouter();
  const queries = useQueryClient();
  return (why) => {
    leaving = true;
    queries.clear();
    router.replace(why ? `/login?why=${why}` : '/login');
  };
}

/** Leads to where an error is mended that no page can tell: the login, or what must be done before anything else. */
export function useWayOut(error: unknown): void {
  const router = useRouter();
  const way = error ? wayOut(toProblem(error)) : null;
  useEffect(() => {
    if (way && !leaving && way !== window.location.pathname) router.replace(way);
  }, [way, router]);
}

/** Who is signed in; sends everybody else to the login page. */
export function useMe() {
  const me = useQuery({ queryKey: ['staff.me'], queryFn: () => api.staff.me.query(), staleTime: 60_000 });
  useWayOut(me.error);
  return me;
}

/** Ends the session and shows the login page. @returns `why`: a reason that the login page tells */
export function useSignOut() {
  const leave = useLeave();
  return async (why?: string) => {
    await fetch('/api/auth/sign-out', { method: 'POST' }).catch(() => undefined);
    leave(why);
  };
}

'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { api, toProblem } from './api.ts';

/** Who is signed in; sends everybody else to the login page. */
export function useMe() {
  const router = useRouter();
  const me = useQuery({ queryKey: ['staff.me'], queryFn: () => api.staff.me.query(), staleTime: 60_000 });
  const signedOut = me.error !== null && toProblem(me.error).kind === 'signed-out';
  useEffect(() => {
    if (signedOut) router.replace('/login');
  }, [signedOut, router]);
  return me;
}

/** Ends the session and shows the login page, with nothing left in memory of what was on the screen. */
export function useSignOut() {
  const router = useRouter();
  const queries = useQueryClient();
  return async () => {
    await fetch('/api/auth/sign-out', { method: 'POST' }).catch(() => undefined);
    queries.clear();
    router.replace('/login');
  };
}

'use client';

import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import { useWayOut } from './use-me.ts';

/** One's own account, also while something must be done before anything else. */
export function useAccount() {
  const account = useQuery({ queryKey: ['account.state'], queryFn: () => api.account.state.query() });
  useWayOut(account.error);
  return account;
}

export type Account = NonNullable<ReturnType<typeof useAccount>['data']>;

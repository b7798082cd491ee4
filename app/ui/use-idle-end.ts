'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { OFFICE_IDLE_MINUTES } from '../../server/staff/schema.ts';
import { useIdle } from './use-idle.ts';
import { useMe, useSignOut } from './use-me.ts';

/**
 * What a page of staff does that nobody touches: a nurse's goes to the scan page, which locks by the same time; an office's signs out.
 * The scan page has its own way.
 */
export function useIdleEnd(): void {
  const router = useRouter();
  const queries = useQueryClient();
  const signOut = useSignOut();
  const { data: me } = useMe();
  const minutes = me && (me.role === 'nurse' ? me.idleLockMinutes : OFFICE_IDLE_MINUTES);
  useIdle(minutes, () => {
    if (me?.role !== 'nurse') return void signOut('idle');
    queries.clear();
    router.replace('/scan');
  });
}

'use client';

import { useQuery } from '@tanstack/react-query';
import { api } from '../ui/api.ts';

export const PHONE = ['phone.state'];

/** Who has been authenticated on this phone, and what the city's platform offers. */
export const usePhone = () => useQuery({ queryKey: PHONE, queryFn: () => api.phone.state.query() });

export type PhoneState = NonNullable<ReturnType<typeof usePhone>['data']>;
export type Member = PhoneState['members'][number];

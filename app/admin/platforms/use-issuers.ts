import { useQuery } from '@tanstack/react-query';
import { api } from '../../ui/api.ts';

export const ISSUERS = ['issuers.list'];

/** Who makes dynamic codes, of the cities that whoever is signed in may see. */
export function useIssuers() {
  return useQuery({ queryKey: ISSUERS, queryFn: () => api.issuers.list.query() });
}

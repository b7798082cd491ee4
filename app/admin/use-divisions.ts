import { useQuery } from '@tanstack/react-query';
import { api } from '../ui/api.ts';

/** The registered cities with their counties, for the province's forms and filters. */
export function useDivisions({ enabled = true } = {}) {
  return useQuery({
    queryKey: ['sites.divisions'],
    queryFn: () => api.sites.divisions.query(),
    enabled,
    staleTime: 60_000,
  });
}

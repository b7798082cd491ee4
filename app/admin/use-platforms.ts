import { useQuery } from '@tanstack/react-query';
import { api } from '../ui/api.ts';

export const PLATFORMS = ['exchange.platforms'];

/** The cities that whoever is signed in may see, with their credentials. */
export function usePlatforms() {
  return useQuery({ queryKey: PLATFORMS, queryFn: () => api.exchange.platforms.query() });
}

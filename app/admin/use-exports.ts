import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { StartExportInput } from '../../server/exports/schema.ts';
import { api } from '../ui/api.ts';

const EXPORTS = ['exports.list'];
const WATCH_MS = 500;

/** One's own exports of a page: begun, watched while they run, cancelled. */
export function useExports(source: StartExportInput['source']) {
  const queries = useQueryClient();
  const refresh = () => void queries.invalidateQueries({ queryKey: EXPORTS });
  const list = useQuery({
    queryKey: EXPORTS,
    queryFn: () => api.exports.list.query(),
    refetchInterval: ({ state }) => (state.data?.some((job) => job.state === 'running') ? WATCH_MS : false),
  });
  const start = useMutation({
    mutationFn: (input: StartExportInput) => api.exports.start.mutate(input),
    onSettled: refresh,
    // What it asked for can hold a name or a number.
    gcTime: 0,
  });
  const cancel = useMutation({ mutationFn: (id: string) => api.exports.cancel.mutate({ id }), onSettled: refresh });
  const jobs = (list.data ?? []).filter((job) => job.source === source);
  return { jobs, start, cancel, running: (list.data ?? []).some(({ state }) => state === 'running') };
}

export type ExportsOfPage = ReturnType<typeof useExports>;

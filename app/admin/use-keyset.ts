import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Dispatch, SetStateAction } from 'react';
import { isPassing } from '../ui/api.ts';

/** The cursors of the pages gone through, the present one last; none on the first page. */
export type CursorState<Cursor> = [readonly Cursor[], Dispatch<SetStateAction<readonly Cursor[]>>];

interface Options<Page, Cursor> {
  /** Names the list; a change of it should come with an empty stack of cursors. */
  key: readonly unknown[];
  cursors: CursorState<Cursor>;
  load: (cursor: Cursor | undefined) => Promise<Page>;
  /** Asks again and again while the page is open; for lists whose reading is not audited. */
  watchMs?: number;
}

/** One page of a list that the server pages by key: it tells the next cursor, the way back is remembered here. */
export function useKeyset<Row, Cursor, Page extends { items: Row[]; nextCursor: Cursor | null }>({
  key,
  cursors: [stack, setStack],
  load,
  watchMs,
}: Options<Page, Cursor>) {
  const cursor = stack.at(-1);
  const query = useQuery({
    queryKey: [...key, cursor ?? null],
    queryFn: () => load(cursor),
    placeholderData: keepPreviousData,
    // Looking is audited: it is asked once a look, and no look is kept for later.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchInterval: ({ state: { data, error } }) =>
      watchMs !== undefined && (error === null || (data && isPassing(error))) ? watchMs : false,
  });
  const nextCursor = query.isPlaceholderData ? null : (query.data?.nextCursor ?? null);
  return {
    page: query.data,
    number: stack.length + 1,
    error: query.error,
    // Who watches is not told of every look.
    busy: watchMs === undefined ? query.isFetching : query.isPending || query.isPlaceholderData,
    refresh: () => void query.refetch(),
    previous: stack.length > 0 ? () => setStack(stack.slice(0, -1)) : null,
    next: nextCursor === null ? null : () => setStack([...stack, nextCursor]),
  };
}

export type Keyset<Row> = Omit<ReturnType<typeof useKeyset>, 'page'> & { page: { items: Row[] } | undefined };

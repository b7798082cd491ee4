'use client';

import { createContext, type ReactNode, useContext, useState } from 'react';
import type { BrowseRecordsInput } from '../../../server/records/schema.ts';
import type { CursorState } from '../use-keyset.ts';

interface Search {
  asked: { search: BrowseRecordsInput['search']; times: number };
  ask: (search: BrowseRecordsInput['search']) => void;
  cursors: CursorState<string>;
}

const SearchContext = createContext<Search | null>(null);

/**
 * Holds what was searched and the page reached while one record is looked at, so that the way back leads there.
 * In memory only: personal data belongs neither into an address nor into the browser's storage.
 */
export function SearchProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<Search['asked']>({ search: undefined, times: 0 });
  const cursors = useState<readonly string[]>([]);
  function ask(search: BrowseRecordsInput['search']) {
    cursors[1]([]);
    // Counted, so that asking the same again asks the server again.
    setAsked(({ times }) => ({ search, times: times + 1 }));
  }
  return <SearchContext value={{ asked, ask, cursors }}>{children}</SearchContext>;
}

export function useSearch(): Search {
  const search = useContext(SearchContext);
  if (!search) throw new Error('useSearch outside of SearchProvider');
  return search;
}

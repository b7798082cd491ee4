'use client';

import { createContext, type ReactNode, useContext, useState } from 'react';
import type { BrowseRecordsInput, RecordFilter } from '../../../server/records/schema.ts';
import type { CursorState } from '../use-keyset.ts';

interface Asked {
  filter: RecordFilter;
  order: BrowseRecordsInput['order'];
  times: number;
}

interface Search {
  asked: Asked;
  ask: (wish: Partial<Omit<Asked, 'times'>>) => void;
  cursors: CursorState<string>;
}

const SearchContext = createContext<Search | null>(null);

/**
 * Holds what was asked for and the page reached while one record is looked at, so that the way back leads there.
 * In memory only: personal data belongs neither into an address nor into the browser's storage.
 */
export function SearchProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<Asked>({ filter: {}, order: undefined, times: 0 });
  const cursors = useState<readonly string[]>([]);
  function ask(wish: Partial<Omit<Asked, 'times'>>) {
    cursors[1]([]);
    // Counted, so that asking the same again asks the server again.
    setAsked((before) => ({ ...before, ...wish, times: before.times + 1 }));
  }
  return <SearchContext value={{ asked, ask, cursors }}>{children}</SearchContext>;
}

export function useSearch(): Search {
  const search = useContext(SearchContext);
  if (!search) throw new Error('useSearch outside of SearchProvider');
  return search;
}

'use client';

import { createContext, type ReactNode, useContext, useState } from 'react';
import type { CursorState } from '../use-keyset.ts';

interface Filter {
  /** Undefined: every city. */
  cityCode: string | undefined;
  choose: (cityCode: string | undefined) => void;
  cursors: CursorState<number>;
}

const FilterContext = createContext<Filter | null>(null);

/** Holds the city and the page reached while one batch is looked at, so that the way back leads there. */
export function FilterProvider({ children }: { children: ReactNode }) {
  const [cityCode, setCityCode] = useState<string>();
  const cursors = useState<readonly number[]>([]);
  function choose(chosen: string | undefined) {
    cursors[1]([]);
    setCityCode(chosen);
  }
  return <FilterContext value={{ cityCode, choose, cursors }}>{children}</FilterContext>;
}

export function useFilter(): Filter {
  const filter = useContext(FilterContext);
  if (!filter) throw new Error('useFilter outside of FilterProvider');
  return filter;
}

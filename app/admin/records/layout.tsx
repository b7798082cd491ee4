import type { ReactNode } from 'react';
import { SearchProvider } from './search.tsx';

export default function RecordsLayout({ children }: { children: ReactNode }) {
  return <SearchProvider>{children}</SearchProvider>;
}

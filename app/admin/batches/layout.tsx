import type { ReactNode } from 'react';
import { FilterProvider } from './filter.tsx';

export default function BatchesLayout({ children }: { children: ReactNode }) {
  return <FilterProvider>{children}</FilterProvider>;
}

'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { toProblem } from './api.ts';

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          // Offline too: a call that waits in silence tells nobody that the line is broken, and acts minutes later.
          mutations: { networkMode: 'always' },
          queries: {
            networkMode: 'always',
            // Only what a broken line caused is worth another try.
            retry: (failures, error) => failures < 2 && toProblem(error).kind === 'network',
            refetchOnWindowFocus: false,
          },
        },
      }),
  );
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}

'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { toProblem } from './api.ts';
import { Nonce } from './nonce.ts';

/** @param nonce the document's: the browser never takes another one, whatever later answers bring */
export function Providers({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  const [first] = useState(nonce);
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
  return (
    <Nonce value={first}>
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </Nonce>
  );
}

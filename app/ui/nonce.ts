'use client';

import { createContext, useContext } from 'react';

/** What styles made by scripts carry, or the page's Content-Security-Policy (server/http/headers.ts) takes no notice of them. */
export const Nonce = createContext<string | undefined>(undefined);
export const useNonce = () => useContext(Nonce);

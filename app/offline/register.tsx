'use client';

import { useEffect } from 'react';

/** Puts the service worker to work, where the browser and the address (HTTPS, or this machine) let it. */
export function RegisterServiceWorker() {
  useEffect(() => {
    if (process.env.NODE_ENV !== 'production' || !('serviceWorker' in navigator)) return;
    // Without it a reload without network shows the browser's own page.
    navigator.serviceWorker.register('/service-worker.js').catch(() => {});
  }, []);
  return null;
}

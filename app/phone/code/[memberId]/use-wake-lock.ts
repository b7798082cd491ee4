'use client';

import { useEffect } from 'react';

/** Keeps the screen awake while the page is seen, where the browser can. */
export function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    let here = true;
    async function ask() {
      if (document.hidden || !('wakeLock' in navigator)) return;
      // Refused on a low battery: then the screen sleeps as it always does.
      const granted = await navigator.wakeLock.request('screen').catch(() => null);
      if (here) lock = granted;
      else void granted?.release();
    }
    void ask();
    // Browsers take it back when the page is hidden.
    document.addEventListener('visibilitychange', ask);
    return () => {
      here = false;
      document.removeEventListener('visibilitychange', ask);
      void lock?.release();
    };
  }, []);
}

'use client';

import { useCallback, useEffect, useRef } from 'react';
import { lastTouched, markTouched } from '../ui/touched.ts';

const TOUCHES = ['pointerdown', 'keydown', 'wheel'] as const;

/**
 * Tells when nobody has touched the tablet or scanned for some time; also of a time in which it slept or the page was closed.
 * @param minutes 0: never
 * @returns to be called at a scan
 */
export function useIdle(minutes: number, onIdle: () => void): () => void {
  const report = useRef(onIdle);
  report.current = onIdle;
  const touch = useCallback(() => markTouched(), []);

  useEffect(() => {
    if (minutes === 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      const left = lastTouched() + minutes * 60_000 - Date.now();
      if (left > 0) timer = setTimeout(look, left);
      else report.current();
    };
    // A first visit begins the time; a reload goes on with it.
    if (lastTouched() > Date.now() - 1) markTouched();
    look();
    for (const kind of TOUCHES) window.addEventListener(kind, touch, { capture: true, passive: true });
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      for (const kind of TOUCHES) window.removeEventListener(kind, touch, { capture: true });
      document.removeEventListener('visibilitychange', look);
    };
  }, [minutes, touch]);
  return touch;
}

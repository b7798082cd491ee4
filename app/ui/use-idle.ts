'use client';

import { useCallback, useEffect, useRef } from 'react';
import { api } from './api.ts';
import { lastTouched, markTouched } from './touched.ts';

const TOUCHES = ['pointerdown', 'keydown', 'wheel'] as const;
/** How often the server hears of touches, ms: it judges for itself who is idle, and reading or typing asks it nothing. */
const TELL_MS = 60_000;
/** Since the page was opened, which told it. */
let told = Date.now();

/**
 * Tells when nobody has touched this browser or scanned for some time; also of a time in which it slept or the page was closed.
 * @param minutes 0: never; undefined: not known yet
 * @returns to be called at a scan
 */
export function useIdle(minutes: number | undefined, onIdle: () => void): () => void {
  const report = useRef(onIdle);
  report.current = onIdle;
  const left = useCallback(
    () => (minutes ? lastTouched() + minutes * 60_000 - Date.now() : Number.POSITIVE_INFINITY),
    [minutes],
  );
  const touch = useCallback(() => {
    // Whoever wakes a tablet that slept must not be taken for who left it.
    if (left() <= 0) return report.current();
    markTouched();
    if (Date.now() - told < TELL_MS) return;
    told = Date.now();
    void api.account.state.query().catch(() => undefined);
  }, [left]);

  useEffect(() => {
    if (!minutes) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (left() > 0) timer = setTimeout(look, left());
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
  }, [minutes, left, touch]);
  return touch;
}

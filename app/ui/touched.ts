/** When somebody last touched this browser or scanned: kept over a reload and for all tabs, none of which begins the idle time anew. */
const KEY = 'console.touched';

export function markTouched(): void {
  localStorage.setItem(KEY, String(Date.now()));
}

/** Milliseconds since 1970; now where nothing is known. */
export function lastTouched(): number {
  return Number(localStorage.getItem(KEY)) || Date.now();
}

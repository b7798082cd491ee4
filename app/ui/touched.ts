/** When somebody last touched this tablet or scanned: kept over a reload, which must not begin the idle time anew. */
const KEY = 'console.touched';

export function markTouched(): void {
  sessionStorage.setItem(KEY, String(Date.now()));
}

/** Milliseconds since 1970; now where nothing is known. */
export function lastTouched(): number {
  return Number(sessionStorage.getItem(KEY)) || Date.now();
}

/**
 * Hands are slower: of two keys within this long, in milliseconds, the second comes from a hand-held scanner. What it types must neither
 * fill nor send the fields of a locked screen.
 */
const FAST_MS = 50;
/** A fast pair of keys can be two fingers; so many fast ones in a row are not. */
const FAST_KEYS = 5;

/**
 * Listens for digits that hands type, past every field.
 * @param heard.scanner once for each text that a scanner types: the digits before it may be its own
 * @returns stops listening
 */
export function listenToDigits(heard: { digit(digit: string): void; erase(): void; scanner(): void }): () => void {
  let lastAt = Number.NEGATIVE_INFINITY;
  let typing = false;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  const listen = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const fast = event.timeStamp - lastAt < FAST_MS;
    lastAt = event.timeStamp;
    if (fast) {
      swallow(event);
      clearTimeout(waiting);
      if (!typing) heard.scanner();
      typing = true;
      return;
    }
    typing = false;
    if (event.key === 'Backspace') heard.erase();
    if (!/^\d$/.test(event.key)) return;
    swallow(event);
    // Whoever comes next decides whether it was a hand.
    waiting = setTimeout(() => heard.digit(event.key), FAST_MS);
  };

  window.addEventListener('keydown', listen, { capture: true });
  return () => {
    clearTimeout(waiting);
    window.removeEventListener('keydown', listen, { capture: true });
  };
}

/**
 * Empties a text field into which a scanner types, and keeps its Enter from sending the form.
 * @returns stops listening
 */
export function keepScannerOut(onScanner: () => void): () => void {
  let lastAt = Number.NEGATIVE_INFINITY;
  let fast = 0;

  const listen = (event: KeyboardEvent) => {
    fast = event.timeStamp - lastAt < FAST_MS ? fast + 1 : 0;
    lastAt = event.timeStamp;
    if (fast < FAST_KEYS) return;
    swallow(event);
    const field = event.target;
    if (field instanceof HTMLInputElement) field.value = '';
    if (fast === FAST_KEYS) onScanner();
  };

  window.addEventListener('keydown', listen, { capture: true });
  return () => window.removeEventListener('keydown', listen, { capture: true });
}

function swallow(event: Event) {
  event.preventDefault();
  event.stopPropagation();
}

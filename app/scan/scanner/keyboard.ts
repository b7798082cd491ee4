/**
 * After this long without a character a new text begins. Hand-held scanners type one every few milliseconds; the rest is for
 * a page that is busy starting.
 */
const GAP_MS = 1_500;
/** Fewer characters than this are somebody's stray keys: they are dropped, and Enter and Tab keep their meaning. */
const SHORTEST = 6;
const LONGEST = 512;

/** What keys mean under an input method, which hides the character and leaves the place of the key. */
const BY_PLACE: Record<string, [plain: string, shifted: string]> = {
  Semicolon: [';', ':'],
  Minus: ['-', '_'],
  Space: [' ', ' '],
};

/**
 * Listens for a hand-held scanner: characters in quick order, ended by Enter or Tab, while no field is being typed into.
 * @returns stops listening
 */
export function listenToKeyboard(onText: (text: string) => void): () => void {
  let typed = '';
  let lastAt = Number.NEGATIVE_INFINITY;

  const listen = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTextField(event.target)) return;
    if (event.timeStamp - lastAt > GAP_MS) typed = '';
    lastAt = event.timeStamp;
    if (event.key === 'Enter' || event.key === 'Tab') {
      const text = typed;
      typed = '';
      if (text.length < SHORTEST) return;
      swallow(event);
      onText(text);
      return;
    }
    const character = characterOf(event);
    if (character === null) return;
    // A button in focus must not take a scanner's space or Enter for a tap, nor a list its characters for a choice.
    if (typed !== '' || event.target instanceof HTMLSelectElement) swallow(event);
    if (typed.length < LONGEST) typed += character;
  };

  window.addEventListener('keydown', listen, { capture: true });
  return () => window.removeEventListener('keydown', listen, { capture: true });
}

function swallow(event: Event) {
  event.preventDefault();
  event.stopPropagation();
}

/** Types of `input` that take no text. */
const NO_TEXT = ['file', 'range', 'checkbox', 'radio', 'button', 'submit'];

function isTextField(target: EventTarget | null): boolean {
  return (
    (target instanceof HTMLInputElement && !NO_TEXT.includes(target.type)) || target instanceof HTMLTextAreaElement
  );
}

function characterOf(event: KeyboardEvent): string | null {
  if ([...event.key].length === 1) return event.key;
  if (event.key !== 'Process' && event.key !== 'Unidentified') return null;
  const place = BY_PLACE[event.code];
  if (place) return place[event.shiftKey ? 1 : 0];
  const match = /^(?:Key([A-Z])|(?:Digit|Numpad)(\d))$/.exec(event.code);
  return match ? (match[1] ?? match[2] ?? null) : null;
}

/** Told by sound and vibration too: in a noisy room the eyes are on the resident. */
export type Feedback = 'ok' | 'stop' | 'warn';

const VIBRATIONS: Record<Feedback, number[]> = { ok: [60], stop: [200, 80, 200], warn: [80, 60, 80] };

// Elements, not an AudioContext: making one holds the page up for half a second on a busy machine.
const sounds = new Map<Feedback, HTMLAudioElement>();

/** Fetches the sounds of `public/sounds`, so that none is waited for, nor missed when the line breaks. */
export function prepareFeedback(): void {
  for (const feedback of Object.keys(VIBRATIONS) as Feedback[]) {
    if (sounds.has(feedback)) continue;
    const sound = new Audio(`/sounds/${feedback}.wav`);
    sound.preload = 'auto';
    sounds.set(feedback, sound);
  }
}

/** Sounds and vibrates, where the browser lets it: before the first touch or key of a page it may not. */
export function give(feedback: Feedback): void {
  // Some browsers refuse before the first touch by throwing, others by answering false.
  if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(VIBRATIONS[feedback]);
  const sound = sounds.get(feedback);
  if (!sound) return;
  sound.currentTime = 0;
  sound.play().catch(() => undefined);
}

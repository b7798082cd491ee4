/** Told by sound and vibration too: in a noisy room the eyes are on the resident. */
export type Feedback = 'ok' | 'stop' | 'warn';

/** Frequency (Hz) and start (s) of each tone, and how long one lasts (s). */
const TONES: Record<Feedback, { tones: [number, number][]; length: number; wave: OscillatorType }> = {
  ok: {
    tones: [
      [880, 0],
      [1320, 0.1],
    ],
    length: 0.12,
    wave: 'sine',
  },
  stop: {
    tones: [
      [220, 0],
      [165, 0.22],
    ],
    length: 0.28,
    wave: 'square',
  },
  warn: {
    tones: [
      [520, 0],
      [520, 0.18],
    ],
    length: 0.1,
    wave: 'triangle',
  },
};
const VIBRATIONS: Record<Feedback, number[]> = { ok: [60], stop: [200, 80, 200], warn: [80, 60, 80] };

let audio: AudioContext | null = null;

/** Browsers let a page sound only after a touch or a key: call this on one. */
export function allowSound(): void {
  audio ??= new AudioContext();
  if (audio.state === 'suspended') void audio.resume();
}

export function give(feedback: Feedback): void {
  // Some browsers refuse before the first touch by throwing, others by answering false.
  if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(VIBRATIONS[feedback]);
  if (audio?.state !== 'running') return;
  const { tones, length, wave } = TONES[feedback];
  for (const [frequency, start] of tones) {
    const oscillator = audio.createOscillator();
    const volume = audio.createGain();
    const at = audio.currentTime + start;
    oscillator.type = wave;
    oscillator.frequency.value = frequency;
    volume.gain.setValueAtTime(0.25, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + length);
    oscillator.connect(volume).connect(audio.destination);
    oscillator.start(at);
    oscillator.stop(at + length);
  }
}

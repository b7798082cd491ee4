/** Single ways of looking at a picture; docs/decisions/013-the-scan-engine.md says what they are good for. */
import type { Readers, Scene } from './ladder.ts';
import { enlarge, type Luma, level, sharpen, shrink, soften } from './luma.ts';
import type { Sighting } from './sighting.ts';

/** @returns null where nothing was read, or the reader is not there */
export type Look = (views: Views, readers: Readers) => Sighting | null | Promise<Sighting | null>;

/** The picture as different looks want it, made once each. */
interface Views {
  scene: Scene;
  /** Its longer side that long at most, in px. */
  at(longest: number): Luma;
  /** With shadow, darkness and glare taken away. */
  levelled(longest: number, radius: number): Luma;
}

export function viewsOf(scene: Scene): Views {
  const made = new Map<string, Luma>();
  const once = (key: string, make: () => Luma) => {
    const image = made.get(key) ?? make();
    made.set(key, image);
    return image;
  };
  const at = (longest: number) => once(`${longest}`, () => shrink(scene.image, longest));
  return {
    scene,
    at,
    levelled: (longest, radius) => once(`${longest} ${radius}`, () => level(at(longest), radius)),
  };
}

const SMALL = 640;
/** Closing small gaps takes as long again, and seldom helps. */
const THOROUGH = { thorough: true, denoise: true };
/** What was levelled lies about the middle. */
const LEVEL = { thorough: true, threshold: 'fixed' } as const;

export const NATIVE: Look = ({ scene }, { native }) => (native && scene.askNative?.(native)) || null;

/** As many hits as with the whole picture, in a quarter of the time. */
export const FIRST: Look = ({ at }, { wasm }) => wasm?.(at(SMALL)) ?? null;

export const SLOWER: Look[] = [
  // Shadow, darkness, glare and pale colours.
  ({ levelled }, { wasm }) => wasm?.(levelled(SMALL, 11), LEVEL) ?? null,
  // Bad focus: what differs from its next neighbours.
  ({ levelled }, { wasm }) => wasm?.(levelled(SMALL, 5), LEVEL) ?? null,
  // Noise in the dark, shaking hands and a screen's grid.
  ({ at }, { wasm }) => wasm?.(sharpen(at(SMALL), 4, 3), { thorough: true }) ?? null,
  // Small codes are in the large one only.
  ({ scene }, { wasm }) => wasm?.(scene.image, { thorough: true }) ?? null,
];

/** Where WebAssembly is missing, or has not come yet. */
export const ALONE: Look[] = [
  ({ at }, { zxing }) => zxing?.(at(SMALL)) ?? null,
  ({ at }, { zxing }) => zxing?.(at(SMALL), { inverted: true }) ?? null,
  ({ at }, { zxing }) => zxing?.(at(1_280)) ?? null,
  ({ at }, { zxing }) => zxing?.(sharpen(at(SMALL), 4, 3)) ?? null,
];

export const OPINIONS: Look[] = [
  ({ levelled }, { wasm }) => wasm?.(levelled(960, 16), LEVEL) ?? null,
  ({ scene }, { wasm }) => wasm?.(scene.image, THOROUGH) ?? null,
  ({ at }, { zxing }) => zxing?.(at(SMALL)) ?? null,
  ({ levelled }, { nuintun }) => nuintun?.(levelled(SMALL, 11)) ?? null,
  ({ at }, { wasm }) => wasm?.(sharpen(at(960), 6, 3), THOROUGH) ?? null,
  ({ at }, { zxing }) => zxing?.(at(SMALL), { inverted: true }) ?? null,
];

/** For a picture file, of which there is no next frame: other sizes, other thresholds, other readers. */
export const STUDIES: Look[] = [
  ...[320, 480, 1_000, 1_600].map(
    (longest): Look =>
      ({ at }, { wasm }) =>
        wasm?.(at(longest), THOROUGH) ?? null,
  ),
  ...[SMALL, 1_600].map(
    (longest): Look =>
      ({ at }, { wasm }) =>
        wasm?.(at(longest), { thorough: true, threshold: 'global' }) ?? null,
  ),
  ({ at }, { wasm }) => wasm?.(soften(at(SMALL), 1), THOROUGH) ?? null,
  ({ at }, { wasm }) => wasm?.(soften(at(1_600), 2), THOROUGH) ?? null,
  ...[1.5, 2].map(
    (factor): Look =>
      ({ at }, { wasm }) =>
        wasm?.(enlarge(at(1_000), factor), THOROUGH) ?? null,
  ),
  ...[
    [480, 16],
    [SMALL, 32],
    [1_280, 24],
  ].map(
    ([longest = 0, radius = 0]): Look =>
      ({ levelled }, { wasm }) =>
        wasm?.(levelled(longest, radius), LEVEL) ?? null,
  ),
  ({ levelled }, { wasm }) => wasm?.(levelled(SMALL, 16), { thorough: true, threshold: 'global' }) ?? null,
  ({ at }, { wasm }) => wasm?.(sharpen(at(320), 2, 3), THOROUGH) ?? null,
  ({ at }, { wasm }) => wasm?.(sharpen(at(1_600), 8, 3), THOROUGH) ?? null,
  ({ at }, { nuintun }) => nuintun?.(at(SMALL)) ?? null,
  ({ at }, { nuintun }) => nuintun?.(at(320)) ?? null,
  ({ at }, { nuintun }) => nuintun?.(at(1_280)) ?? null,
  ({ at }, { zxing }) => zxing?.(at(320)) ?? null,
  ({ at }, { zxing }) => zxing?.(at(1_280)) ?? null,
  ({ levelled }, { zxing }) => zxing?.(levelled(SMALL, 11)) ?? null,
  ({ at }, { zxing }) => zxing?.(at(1_280), { inverted: true }) ?? null,
];

import { binarize, Decoder, Detector } from '@nuintun/qrcode';
import type { Luma } from './luma.ts';
import type { Sighting } from './sighting.ts';

/** Of all that look a little like a code, this many are tried. */
const MOST = 60;

const decoder = new Decoder({
  decode: (bytes) => {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      return new TextDecoder('gb18030').decode(bytes);
    }
  },
});

/** @nuintun/qrcode: finds patterns in its own way, and so codes that ZXing's family does not. */
export function readByNuintun({ data, width, height }: Luma): Sighting | null {
  const bits = binarize(data, width, height);
  const found = new Detector().detect(bits);
  let next = found.next();
  for (let tried = 0; !next.done && tried < MOST; tried += 1) {
    try {
      // It tells finder patterns, which are no corners.
      return { text: decoder.decode(next.value.matrix).content, corners: null };
    } catch {
      next = found.next(false);
    }
  }
  return null;
}

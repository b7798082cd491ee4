import type { Luma } from './luma.ts';
import type { Corners, Sighting } from './sighting.ts';

/** The part of https://wicg.github.io/shape-detection-api/ that is used here; TypeScript does not know it. */
interface BarcodeDetector {
  detect(
    source: CanvasImageSource | ImageData,
  ): Promise<{ rawValue: string; cornerPoints: { x: number; y: number }[] }[]>;
}
interface BarcodeDetectorConstructor {
  new (options: { formats: string[] }): BarcodeDetector;
  getSupportedFormats(): Promise<string[]>;
}

export type NativeReader = (
  source: VideoFrame | ImageBitmap,
  width: number,
  height: number,
) => Promise<Sighting | null>;

/** The device must answer its first question within this time, or it is never asked again. */
const FIRST_MS = 3_000;
/** Later ones sooner; a reader that fails so many times in a row is asked no more. */
const FRAME_MS = 500;
const FAILURES = 3;
/** A QR code of 21 × 21 modules that says SELF-TEST, a row a number. */
const SELF_TEST = [
  0x1fda7f, 0x104841, 0x17475d, 0x17585d, 0x175d5d, 0x105241, 0x1fd57f, 0x1b00, 0x1176f9, 0x17a30e, 0xde675, 0x1424ff,
  0x11ddc4, 0x11d7, 0x1fd1a3, 0x104704, 0x175e4d, 0x174b2f, 0x174e68, 0x1040fd, 0x1fd5ef,
];

/**
 * The reader of the browser itself: on Android and macOS it is fast. It can be there and dead, or say that it reads QR codes
 * and not do so (https://github.com/nimiq/qr-scanner/issues/209), so it has to read a picture of ours first.
 * @returns null where there is none that works
 */
export async function findNativeReader(): Promise<NativeReader | null> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: BarcodeDetectorConstructor };
  if (!BarcodeDetector) return null;
  try {
    if (!(await BarcodeDetector.getSupportedFormats()).includes('qr_code')) return null;
    const detector = new BarcodeDetector({ formats: ['qr_code'] });
    const answer = await answerOf(detector.detect(drawSelfTest()), FIRST_MS);
    if (answer[0]?.rawValue !== 'SELF-TEST') return null;
    let failures = 0;
    return async (source, width, height) => {
      if (failures === FAILURES) return null;
      const found = await answerOf(detector.detect(source), FRAME_MS).then(
        ([first]) => {
          failures = 0;
          return first;
        },
        () => {
          failures += 1;
          return undefined;
        },
      );
      if (!found?.rawValue) return null;
      const corners = found.cornerPoints.map(({ x, y }) => ({ x: x / width, y: y / height }));
      return { text: found.rawValue, corners: corners.length === 4 ? (corners as Corners) : null };
    };
  } catch {
    return null;
  }
}

const answerOf = <T>(asked: Promise<T>, ms: number) =>
  Promise.race([asked, new Promise<never>((_, reject) => setTimeout(reject, ms, new Error('no answer')))]);

/** The picture that a reader has to read first. */
export function selfTest(): Luma {
  const [modules, quiet, scale] = [SELF_TEST.length, 4, 6];
  const size = (modules + 2 * quiet) * scale;
  const data = new Uint8Array(size * size).fill(255);
  for (let y = 0; y < modules * scale; y += 1) {
    for (let x = 0; x < modules * scale; x += 1) {
      const row = SELF_TEST[Math.floor(y / scale)] ?? 0;
      if ((row >> (modules - 1 - Math.floor(x / scale))) & 1) data[(y + quiet * scale) * size + x + quiet * scale] = 0;
    }
  }
  return { data, width: size, height: size };
}

function drawSelfTest(): ImageData {
  const { data, width, height } = selfTest();
  const picture = new ImageData(width, height);
  picture.data.fill(255);
  for (const [at, brightness] of data.entries()) picture.data.fill(brightness, 4 * at, 4 * at + 3);
  return picture;
}

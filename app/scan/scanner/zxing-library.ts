// By file and not from the package's index, which would bring every other symbology along: 25 kB instead of 100.
import BinaryBitmap from '@zxing/library/esm/core/BinaryBitmap.js';
import HybridBinarizer from '@zxing/library/esm/core/common/HybridBinarizer.js';
import DecodeHintType from '@zxing/library/esm/core/DecodeHintType.js';
import InvertedLuminanceSource from '@zxing/library/esm/core/InvertedLuminanceSource.js';
import type LuminanceSource from '@zxing/library/esm/core/LuminanceSource.js';
import PlanarYUVLuminanceSource from '@zxing/library/esm/core/PlanarYUVLuminanceSource.js';
import QRCodeReader from '@zxing/library/esm/core/qrcode/QRCodeReader.js';
import type { Luma } from './luma.ts';
import type { Sighting } from './sighting.ts';

const HARDER = new Map([[DecodeHintType.TRY_HARDER, true]]);

/** @zxing/library, the port of ZXing to TypeScript: needs nothing of the browser. @param inverted light on dark */
export function readByZxing(image: Luma, { inverted = false } = {}): Sighting | null {
  const { data, width, height } = image;
  const bytes = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  const plain: LuminanceSource = new PlanarYUVLuminanceSource(bytes, width, height, 0, 0, width, height, false);
  const source = inverted ? new InvertedLuminanceSource(plain) : plain;
  try {
    const text = new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(source)), HARDER).getText();
    // It tells finder patterns, which are no corners.
    return { text, corners: null };
  } catch {
    // It says "nothing found" by throwing.
    return null;
  }
}

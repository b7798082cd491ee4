import { prepareZXingModule, ZXING_WASM_SHA256, type ZXingReaderModule } from 'zxing-wasm/reader';
import type { Luma } from './luma.ts';
import type { Corners, Sighting } from './sighting.ts';

export interface WasmOptions {
  /** More lines, turned, mirrored. */
  thorough?: boolean;
  /** Closes small gaps in the binary picture. */
  denoise?: boolean;
  /** What parts dark from light: a threshold for each part of the picture, one for all of it, or 127. */
  threshold?: 'local' | 'global' | 'fixed';
}

export type WasmReader = (image: Luma, options?: WasmOptions) => Sighting | null;

/** What its embind layer takes; names and defaults: https://github.com/Sec-ant/zxing-wasm, `readerOptions.ts`. */
const FIXED = {
  formats: 'QRCode',
  maxNumberOfSymbols: 1,
  // Plain: the default rewrites control characters.
  textMode: 0,
  characterSet: 0,
  tryInvert: true,
  tryDownscale: true,
  downscaleFactor: 3,
  downscaleThreshold: 500,
  isPure: false,
  returnErrors: false,
  minLineCount: 2,
  validateOptionalChecksum: false,
  eanAddOnSymbol: 0,
  tryCode39ExtendedMode: false,
};

/** The module's memory, whose types stand in a package of Emscripten's. */
interface Memory {
  HEAPU8: Uint8Array;
  _malloc(length: number): number;
  _free(at: number): void;
}

const BINARIZERS = ['local', 'global', 'fixed'];

/**
 * ZXing-C++ in WebAssembly, fed with brightness alone: its public function would want four bytes a pixel and take one.
 * @param wasmBinary `zxing_reader.wasm` of the same version
 * @throws what WebAssembly throws where it is missing or forbidden
 */
export async function loadWasmReader(wasmBinary: ArrayBuffer): Promise<WasmReader> {
  const overrides = { wasmBinary } as object;
  const zxing = (await prepareZXingModule({ overrides, fireImmediately: true })) as ZXingReaderModule & Memory;
  let room = { at: 0, length: 0 };
  return (image, { thorough = false, denoise = false, threshold = 'local' } = {}) => {
    if (image.data.length > room.length) room = enlargeRoom(zxing, room, image.data.length);
    zxing.HEAPU8.set(image.data, room.at);
    const found = zxing.readBarcodesFromPixmap(room.at, image.width, image.height, {
      ...FIXED,
      tryHarder: thorough,
      tryRotate: thorough,
      tryDenoise: denoise,
      binarizer: BINARIZERS.indexOf(threshold),
    });
    try {
      const result = found.size() > 0 ? found.get(0) : undefined;
      if (!result?.isValid) return null;
      const { topLeft, topRight, bottomRight, bottomLeft } = result.position;
      const corners = [topLeft, topRight, bottomRight, bottomLeft].map(({ x, y }) => ({
        x: x / image.width,
        y: y / image.height,
      })) as Corners;
      return { text: result.text, corners };
    } finally {
      // Embind keeps what is not given back.
      (found as typeof found & { delete?(): void }).delete?.();
    }
  };
}

function enlargeRoom(zxing: Memory, former: { at: number; length: number }, length: number) {
  if (former.at) zxing._free(former.at);
  const at = zxing._malloc(length);
  if (!at) throw new Error('no room for a picture in WebAssembly');
  return { at, length };
}

/** Fetches the module and makes sure that it is the one which belongs to this version. */
export async function fetchWasm(url: string): Promise<ArrayBuffer> {
  const bytes = ZXING_WASM_SHA256.match(/../g)?.map((pair) => String.fromCharCode(Number.parseInt(pair, 16))) ?? [];
  const response = await fetch(url, { integrity: `sha256-${btoa(bytes.join(''))}`, credentials: 'same-origin' });
  if (!response.ok) throw new Error(`zxing_reader.wasm: ${response.status}`);
  return response.arrayBuffer();
}

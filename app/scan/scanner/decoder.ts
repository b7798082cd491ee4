/** The camera looks at a small picture first and at the full one only every so often: four times faster, same hits. */
const SMALL_PX = 640;

export interface Decoder {
  /**
   * Looks for a QR code.
   * @param source a video frame or picture, at its full size
   * @param patience `frame`: one quick look; `picture`: every size, and inverted
   * @returns the code's text, or null
   */
  read(source: Drawable, patience: 'frame' | 'picture'): string | null;
}

type Drawable = HTMLVideoElement | ImageBitmap;

/**
 * Loads @zxing/browser (111 kB, so not with the page) and keeps one QR-only reader. Only this file knows the engine.
 */
export async function loadDecoder(): Promise<Decoder> {
  const [browser, library] = await Promise.all([import('@zxing/browser'), import('@zxing/library')]);
  const { BrowserQRCodeReader, HTMLCanvasElementLuminanceSource } = browser;
  const { BinaryBitmap, DecodeHintType, HybridBinarizer, QRCodeReader } = library;
  const reader = new BrowserQRCodeReader();
  const inverted = new QRCodeReader();
  const hints = new Map([[DecodeHintType.TRY_HARDER, true]]);
  const canvas = document.createElement('canvas');
  let frames = 0;

  function draw(source: Drawable, longest: number): HTMLCanvasElement {
    const width = 'videoWidth' in source ? source.videoWidth : source.width;
    const height = 'videoHeight' in source ? source.videoHeight : source.height;
    const scale = Math.min(1, longest / Math.max(width, height));
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('no 2D canvas');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  /** ZXing says "nothing found" by throwing. */
  function attempt(decode: () => { getText(): string }): string | null {
    try {
      return decode().getText();
    } catch {
      return null;
    }
  }

  const straight = () => attempt(() => reader.decodeFromCanvas(canvas));
  const reversed = () =>
    attempt(() => {
      const light = new HTMLCanvasElementLuminanceSource(canvas);
      return inverted.decode(new BinaryBitmap(new HybridBinarizer(light.invert())), hints);
    });

  return {
    read(source, patience) {
      if (patience === 'picture') {
        for (const longest of [SMALL_PX, 1_280, 2_560, 320]) {
          draw(source, longest);
          const text = straight() ?? reversed();
          if (text !== null) return text;
        }
        return null;
      }
      frames += 1;
      draw(source, SMALL_PX);
      const small = frames % 4 === 0 ? reversed() : straight();
      if (small !== null || frames % 2 === 0) return small;
      draw(source, 1_280);
      return straight();
    },
  };
}

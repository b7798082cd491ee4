import { fromRgba, type Luma } from './luma.ts';

export type Picture = VideoFrame | ImageBitmap;

/** Larger pictures are drawn smaller: a photograph of 50 megapixels holds no more of a code. */
const LONGEST = 4_096;

export const sizeOf = (picture: Picture) =>
  'displayWidth' in picture
    ? { width: picture.displayWidth, height: picture.displayHeight }
    : { width: picture.width, height: picture.height };

/** The brightness of a picture, in a window and in a worker. */
export async function toLuma(picture: Picture): Promise<Luma> {
  // Some frames live where only drawing reaches them.
  return ('format' in picture && (await copyPlane(picture).catch(() => null))) || draw(picture);
}

/** Cameras deliver a plane of brightness of its own: copied as it is, in a tenth of the time that drawing takes. */
async function copyPlane(frame: VideoFrame): Promise<Luma | null> {
  if (!frame.format || !/^(I4|NV12)/.test(frame.format) || frame.format.includes('P1')) return null;
  const { width, height } = frame.visibleRect ?? { width: frame.codedWidth, height: frame.codedHeight };
  if (width !== frame.displayWidth || height !== frame.displayHeight) return null;
  const bytes = new Uint8Array(frame.allocationSize());
  const [plane] = await frame.copyTo(bytes);
  if (!plane) return null;
  if (plane.stride === width)
    return { data: bytes.subarray(plane.offset, plane.offset + width * height), width, height };
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const start = plane.offset + y * plane.stride;
    data.set(bytes.subarray(start, start + width), y * width);
  }
  return { data, width, height };
}

let canvas: OffscreenCanvas | HTMLCanvasElement | null = null;

function draw(picture: Picture): Luma {
  const size = sizeOf(picture);
  const scale = Math.min(1, LONGEST / Math.max(size.width, size.height));
  const width = Math.max(1, Math.round(size.width * scale));
  const height = Math.max(1, Math.round(size.height * scale));
  canvas ??= typeof OffscreenCanvas === 'undefined' ? document.createElement('canvas') : new OffscreenCanvas(1, 1);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D | null;
  if (!context) throw new Error('no 2D canvas');
  context.clearRect(0, 0, width, height);
  context.drawImage(picture, 0, 0, width, height);
  return fromRgba(context.getImageData(0, 0, width, height));
}

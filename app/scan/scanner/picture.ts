import type { Engine } from './engine.ts';

/**
 * Reads a code from a picture file.
 * @returns null when the file is no picture, or holds no QR code
 */
export async function readPicture(file: Blob, engine: Engine): Promise<string | null> {
  const picture = await createImageBitmap(file).catch(() => null);
  return picture && ((await engine.read(picture, 'study'))?.text ?? null);
}

import type { Decoder } from './decoder.ts';

/**
 * Reads a code from a picture file.
 * @returns null when the file is no picture, or holds no QR code
 */
export async function readPicture(file: Blob, decoder: Decoder): Promise<string | null> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return null;
  }
  try {
    return decoder.read(picture, 'picture');
  } finally {
    picture.close();
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

/** A photograph of a QR code, and the text that stands in it. */
export interface Photo {
  path: string;
  text: string;
}

/** `NAME.png|jpg|jpeg` with `NAME.txt` beside it. @throws where the folder cannot be read */
export function findPhotos(folder: string): Photo[] {
  const names = new Set(readdirSync(folder));
  return [...names].sort().flatMap((name) => {
    const [, stem] = /^(.*)\.(?:png|jpe?g)$/i.exec(name) ?? [];
    if (!stem || !names.has(`${stem}.txt`)) return [];
    return { path: join(folder, name), text: readFileSync(join(folder, `${stem}.txt`), 'utf8') };
  });
}

export async function openPhoto(path: string) {
  const { data, info } = await sharp(path)
    .rotate()
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8ClampedArray(data), width: info.width, height: info.height };
}

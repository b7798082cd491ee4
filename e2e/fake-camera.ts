/**
 * Films for Chromium's fake camera (`--use-file-for-fake-video-capture`), as Y4M: a text header and raw planes.
 * A film is a list of scenes; each shows one QR code, or nothing, for a number of frames, and Chromium plays it in a loop.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { encode } from 'uqr';

const WIDTH = 1280;
const HEIGHT = 720;
const FRAMES_A_SECOND = 10;
const DESK = 0x70;

export interface Scene {
  /** Text of the QR code in view; null for an empty desk. */
  text: string | null;
  seconds: number;
}

/** Writes a film to `path`; one scene of a still code needs no more than a few frames. */
export async function film(path: string, scenes: Scene[]): Promise<void> {
  const file = createWriteStream(path);
  file.write(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES_A_SECOND}:1 Ip A1:1 C420jpeg\n`);
  for (const scene of scenes) {
    const frame = drawFrame(scene.text);
    for (let n = 0; n < Math.max(1, Math.round(scene.seconds * FRAMES_A_SECOND)); n += 1) {
      file.write('FRAME\n');
      if (!file.write(frame)) await once(file, 'drain');
    }
  }
  file.end();
  await finished(file);
}

/** One frame, planar YUV 4:2:0: a white card with the code in the middle of a grey desk. */
function drawFrame(text: string | null): Buffer {
  const luma = Buffer.alloc(WIDTH * HEIGHT, DESK);
  const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 0x80);
  if (text !== null) {
    const { data, size } = encode(text, { ecc: 'M', border: 4 });
    const module = Math.floor((HEIGHT * 0.8) / size);
    const left = Math.floor((WIDTH - size * module) / 2);
    const top = Math.floor((HEIGHT - size * module) / 2);
    for (let y = 0; y < size * module; y += 1) {
      for (let x = 0; x < size * module; x += 1) {
        const dark = data[Math.floor(y / module)]?.[Math.floor(x / module)];
        luma[(top + y) * WIDTH + left + x] = dark ? 0x10 : 0xeb;
      }
    }
  }
  return Buffer.concat([luma, chroma]);
}

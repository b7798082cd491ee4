/**
 * Films for Chromium's fake camera (`--use-file-for-fake-video-capture`), as Y4M: a text header and raw planes.
 * A film is a list of scenes; each shows one QR code, or nothing, for a number of frames, and Chromium plays it in a loop.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { PNG } from 'pngjs';
import { encode } from 'uqr';
import { lay, type Pose } from './scanner/card.ts';
import { toBytes } from './scanner/optics.ts';

const WIDTH = 1280;
const HEIGHT = 720;
const FRAMES_A_SECOND = 10;
const DESK = 0x70;

export interface Scene {
  /** Text of the QR code in view; null for an empty desk. */
  text: string | null;
  /** Instead of the code alone: a screen that is held before the camera, a PNG, with `centre` (0 to 1 of its height) in the middle. */
  screen?: { png: Buffer; centre: number };
  seconds: number;
  /** How the card moves: where it lies at a time from 0 to 1, in parts of the frame. Left out: still, in the middle. */
  move?(time: number): { x: number; y: number; turn: number; tilt: number };
}

/** Writes a film to `path`; one scene of a still code needs no more than a few frames. */
export async function film(path: string, scenes: Scene[]): Promise<void> {
  const file = createWriteStream(path);
  file.write(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES_A_SECOND}:1 Ip A1:1 C420jpeg\n`);
  for (const scene of scenes) {
    const still = scene.screen ? drawScreen(scene.screen) : drawFrame(scene.text);
    const count = Math.max(1, Math.round(scene.seconds * FRAMES_A_SECOND));
    for (let n = 0; n < count; n += 1) {
      const frame = scene.move && scene.text ? drawMoving(scene.text, scene.move(n / count)) : still;
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

/** One frame of a phone's screen, nearly as wide as the frame is high. */
function drawScreen({ png, centre }: NonNullable<Scene['screen']>): Buffer {
  const { width, height, data } = PNG.sync.read(png);
  const luma = Buffer.alloc(WIDTH * HEIGHT, DESK);
  const wide = Math.round(HEIGHT * 0.95);
  const left = Math.floor((WIDTH - wide) / 2);
  for (let y = 0; y < HEIGHT; y += 1) {
    const row = Math.floor(centre * height + ((y - HEIGHT / 2) * width) / wide);
    if (row < 0 || row >= height) continue;
    for (let x = 0; x < wide; x += 1) {
      const at = 4 * (row * width + Math.floor((x * width) / wide));
      const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
      luma[y * WIDTH + left + x] = 16 + (0.299 * red + 0.587 * green + 0.114 * blue) * 0.86;
    }
  }
  return Buffer.concat([luma, Buffer.alloc((WIDTH * HEIGHT) / 2, 0x80)]);
}

/** One frame of a card in a hand. */
function drawMoving(text: string, { x, y, turn, tilt }: ReturnType<NonNullable<Scene['move']>>): Buffer {
  const plane = { data: new Float32Array(WIDTH * HEIGHT).fill(DESK), width: WIDTH, height: HEIGHT };
  const lights = { ink: 16, paper: 235, edge: 40, quiet: 4, logo: 0, invert: false };
  const pose: Pose = { size: 0.55, turn, tilt: [tilt, 0], ...lights };
  const { data: modules } = encode(text, { ecc: 'M', border: 0 });
  lay(plane, modules, [x * WIDTH, y * HEIGHT], pose, 1);
  return Buffer.concat([toBytes(plane), Buffer.alloc((WIDTH * HEIGHT) / 2, 0x80)]);
}

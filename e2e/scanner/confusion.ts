import { encode } from 'uqr';
import type { Luma } from '../../app/scan/scanner/luma.ts';
import { makeText } from './frames.ts';
import { blur, expose, type Plane, toBytes } from './optics.ts';
import { makeRandom, type Random } from './random.ts';

/** Pictures that tempt a reader: `text` is what stands in the damaged code, if there is one. */
export function makeConfusion(n: number): { image: Luma; text: string | null } {
  const random = makeRandom(n * 104_729 + 17);
  const [width, height] = [480, 360];
  const plane: Plane = { data: new Float32Array(width * height), width, height };
  const paint = [noise, stripes, checks, blots, damaged][n % 5] ?? noise;
  const text = paint(plane, random);
  if (random.next() < 0.5) blur(plane, random.between(0.4, 2));
  expose(plane, random, { gain: random.between(0.4, 1), lift: random.between(0, 20), noise: random.between(0, 12) });
  return { image: { data: toBytes(plane), width, height }, text };
}

type Paint = (plane: Plane, random: Random) => string | null;

/** Grains of any size, dark and bright as modules are. */
const noise: Paint = ({ data, width }, random) => {
  const grain = Math.ceil(random.between(0.1, 8));
  const line = new Map<string, number>();
  for (let at = 0; at < data.length; at += 1) {
    const key = `${Math.floor((at % width) / grain)} ${Math.floor(at / width / grain)}`;
    const light = line.get(key) ?? random.pick([15, 240]);
    line.set(key, light);
    data[at] = light;
  }
  return null;
};

/** Blinds, corduroy, a screen's lines. */
const stripes: Paint = ({ data, width }, random) => {
  const [fx, fy, wave] = [random.between(0.02, 0.9), random.between(0.02, 0.9), random.between(0, 3)];
  for (let at = 0; at < data.length; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    data[at] = Math.sin(x * fx + y * fy + wave * Math.sin(y * 0.03)) > 0 ? 235 : 20;
  }
  return null;
};

/** Tiles and chessboards, with squares in squares that look like finder patterns. */
const checks: Paint = ({ data, width }, random) => {
  const tile = random.between(14, 60);
  const rings = random.between(3, 8);
  for (let at = 0; at < data.length; at += 1) {
    const [x, y] = [(at % width) / tile, Math.floor(at / width) / tile];
    const out = Math.max(Math.abs((x % 1) - 0.5), Math.abs((y % 1) - 0.5));
    data[at] = Math.floor(out * rings) % 2 === 0 ? 20 : 230;
  }
  return null;
};

/** Leaves, skin, clouds: soft blots, parted by a threshold. */
const blots: Paint = (plane, random) => {
  for (let at = 0; at < plane.data.length; at += 1) plane.data[at] = random.between(0, 255);
  blur(plane, random.between(1.5, 6));
  for (let at = 0; at < plane.data.length; at += 1) plane.data[at] = (plane.data[at] ?? 0) > 127 ? 225 : 30;
  return null;
};

/** A health code of which a part of the modules is wrong, at every grade from a few to half. */
const damaged: Paint = ({ data, width, height }, random) => {
  const text = makeText(random);
  const { data: modules, size } = encode(text, { ecc: random.pick(['L', 'M', 'Q', 'H']), border: 0 });
  const wrong = random.between(0.01, 0.5);
  const spoiled = modules.map((row) => row.map((dark) => (random.next() < wrong ? !dark : dark)));
  const scale = Math.floor((height * random.between(0.5, 0.9)) / size);
  const [left, top] = [Math.floor((width - size * scale) / 2), Math.floor((height - size * scale) / 2)];
  // The finder patterns stay, or it would not be looked at twice.
  const finder = (x: number, y: number) => (x < 8 && y < 8) || (x >= size - 8 && y < 8) || (x < 8 && y >= size - 8);
  for (let at = 0; at < data.length; at += 1) {
    const [x, y] = [Math.floor(((at % width) - left) / scale), Math.floor((Math.floor(at / width) - top) / scale)];
    data[at] = (finder(x, y) ? modules : spoiled)[y]?.[x] ? 20 : 235;
  }
  return text;
};

/**
 * Camera frames of health codes, as a nurse's tablet sees them: made here and not photographed, because real codes belong to
 * real people. Each kind goes from easy to past what anything reads; where that lies was set by looking at the pictures, not
 * at what our decoder makes of them.
 */
import { encode } from 'uqr';
import { lay, type Pose } from './card.ts';
import { blur, expose, glare, moire, type Plane, shadow, shake, toBytes } from './optics.ts';
import { makeRandom, type Random } from './random.ts';

export interface Frame {
  kind: Kind;
  text: string;
  /** Luminance, row by row. */
  data: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
}

const KINDS = {
  clean: () => ({}),
  small: (random) => ({ scene: { size: random.between(0.13, 0.3) } }),
  rotation: (random) => ({ scene: { turn: random.between(-Math.PI, Math.PI) } }),
  perspective: (random) => ({
    scene: {
      size: random.between(0.45, 0.75),
      tilt: [random.between(0.5, 1.1) * random.pick([-1, 1]), random.between(-0.5, 0.5)],
      turn: random.between(-0.4, 0.4),
    },
  }),
  motion: (random) => ({
    after: (plane) => shake(plane, (plane.height / 720) * random.between(3, 14), random.between(0, Math.PI)),
  }),
  defocus: (random) => ({ after: (plane) => blur(plane, (plane.height / 720) * random.between(1.5, 6)) }),
  glare: (random) => ({
    after(plane) {
      for (let spots = 0; spots < 2; spots += 1) {
        const radius = plane.height * random.between(0.06, 0.22);
        glare(plane, ...near(plane, random, 0.22), radius, random.between(120, 420));
      }
    },
  }),
  'low light': (random) => ({ gain: random.between(0.04, 0.2), noise: random.between(2, 7) }),
  moire: (random) => ({
    after(plane) {
      moire(plane, random.between(2.2, 9), random.between(0, Math.PI), random.between(0.2, 0.65));
    },
  }),
  coloured: (random) => ({ scene: { ink: random.between(60, 130), paper: random.between(140, 235) } }),
  logo: (random) => ({ scene: { logo: random.between(0.14, 0.27) } }),
  inverted: () => ({ scene: { invert: true } }),
  'printed, shadow': (random) => ({
    scene: { ink: random.between(45, 80), paper: random.between(190, 225), edge: 205, size: random.between(0.25, 0.6) },
    after: (plane) =>
      shadow(
        plane,
        ...near(plane, random, 0.15),
        random.between(0, 6.28),
        random.between(0.5, 0.88),
        plane.height * 0.02,
      ),
  }),
  combined: (random) => ({
    scene: {
      size: random.between(0.25, 0.55),
      turn: random.between(-0.5, 0.5),
      tilt: [random.between(-0.6, 0.6), random.between(-0.6, 0.6)],
      quiet: 2,
    },
    gain: random.between(0.3, 0.7),
    noise: random.between(3, 8),
    after(plane) {
      blur(plane, (plane.height / 720) * random.between(0.6, 2.2));
      shake(plane, (plane.height / 720) * random.between(2, 6), random.between(0, Math.PI));
      glare(plane, ...near(plane, random, 0.3), plane.height * random.between(0.05, 0.15), random.between(60, 200));
    },
  }),
} satisfies Record<string, (random: Random) => Recipe>;

interface Recipe {
  scene?: Partial<Pose>;
  /** How much light falls, and how noisy the sensor is (deviation at white, of 255). */
  gain?: number;
  noise?: number;
  after?: (plane: Plane) => void;
}

export type Kind = keyof typeof KINDS;
export const kinds = Object.keys(KINDS) as Kind[];

/** The n-th frame of a kind: by turns 1280×720 and 1920×1080. */
export function makeFrame(kind: Kind, n: number): Frame {
  const random = makeRandom(kinds.indexOf(kind) * 100_003 + n * 7_919 + 1);
  const { scene = {}, gain = 1, noise = 2, after }: Recipe = KINDS[kind](random);
  const [width, height] = n % 2 === 1 ? [1920, 1080] : [1280, 720];
  const text = makeText(random);
  const plane = desk(width, height, random);
  const pose: Pose = {
    size: random.between(0.35, 0.7),
    turn: random.between(-0.12, 0.12),
    tilt: [random.between(-0.15, 0.15), random.between(-0.15, 0.15)],
    ink: random.between(8, 35),
    paper: random.between(225, 250),
    edge: random.between(15, 60),
    quiet: random.pick([2, 4]),
    logo: 0,
    invert: false,
    ...scene,
  };
  const { data: modules } = encode(text, { ecc: pose.logo ? 'H' : random.pick(['L', 'M', 'Q']), border: 0 });
  const middle = near(plane, random, Math.max(0, 0.46 - pose.size * (pose.size > 0.5 ? 0.62 : 0.72)));
  lay(plane, modules, middle, pose);
  blur(plane, 0.5);
  after?.(plane);
  expose(plane, random, { gain, lift: random.between(0, 8), noise });
  return { kind, text, data: toBytes(plane), width, height };
}

/** A fictional health code in one of the forms of requirements.md. */
export function makeText(random: Random): string {
  const card = random.hex(64).toUpperCase();
  return random.pick([card, `${card}:1`, `${card}:0:${random.hex(32).toUpperCase()}`]);
}

function near({ width, height }: Plane, random: Random, spread: number): [x: number, y: number] {
  return [width / 2 + random.between(-spread, spread) * height, height / 2 + random.between(-spread, spread) * height];
}

/** A desk that is not quite even, with a few things and printed sheets on it. */
export function desk(width: number, height: number, random: Random): Plane {
  const data = new Float32Array(width * height);
  const [base, slope, waves] = [random.between(60, 170), random.between(-60, 60), random.between(2, 14)];
  const things = Array.from({ length: 6 }, () => ({
    x: random.between(0, width),
    y: random.between(0, height),
    w: random.between(20, width / 4),
    h: random.between(10, height / 4),
    light: random.between(10, 245),
    /** Height of a line of print, px; 0 for none. */
    print: random.next() < 0.5 ? random.between(6, 22) : 0,
    letters: random.next() * 1_000,
  }));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let light = base + (slope * x) / width + waves * Math.sin(x * 0.05 + Math.sin(y * 0.013) * 3);
      for (const thing of things) {
        if (x > thing.x && x < thing.x + thing.w && y > thing.y && y < thing.y + thing.h) {
          light = thing.light;
          const row = Math.floor((y - thing.y) / thing.print);
          const inked =
            thing.print && row % 2 === 0 && Math.sin(Math.floor((x / thing.print) * 5) * (row + thing.letters)) > 0.2;
          if (inked) light = light > 120 ? light - 100 : light + 100;
        }
      }
      data[y * width + x] = light;
    }
  }
  return { data, width, height };
}

/**
 * Camera frames of health codes, as a nurse's tablet sees them: made here and not photographed, because real codes belong to
 * real people. Each kind goes from easy to past what anything reads; where that lies was set by looking at the pictures, not
 * at what our decoder makes of them.
 */
import { encode } from 'uqr';
import { blur, expose, glare, moire, type Plane, shadow, shake, toBytes } from './optics.ts';
import { makeRandom, type Random } from './random.ts';

export interface Frame {
  kind: Kind;
  text: string;
  /** Luminance, row by row. */
  data: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
}

/** How a card lies before the camera. Lengths are parts of the frame's height. */
interface Scene {
  size: number;
  /** Turned in its plane, and tilted out of it about two axes; radians. */
  turn: number;
  tilt: [number, number];
  /** How dark and bright the code and the card are, 0 to 255. */
  ink: number;
  paper: number;
  /** What surrounds the code: a phone's dark edge, or a sheet. */
  edge: number;
  quiet: number;
  logo: number;
  invert: boolean;
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
  scene?: Partial<Scene>;
  /** How much light falls, and how noisy the sensor is (deviation at white, of 255). */
  gain?: number;
  noise?: number;
  after?: (plane: Plane) => void;
}

export type Kind = keyof typeof KINDS;
export const kinds = Object.keys(KINDS) as Kind[];

/** The n-th frame of a kind: 1280×720, every fourth 1920×1080. */
export function makeFrame(kind: Kind, n: number): Frame {
  const random = makeRandom(kinds.indexOf(kind) * 100_003 + n * 7_919 + 1);
  const { scene = {}, gain = 1, noise = 2, after }: Recipe = KINDS[kind](random);
  const [width, height] = n % 4 === 3 ? [1920, 1080] : [1280, 720];
  const text = makeText(random);
  const plane = desk(width, height, random);
  lay(plane, text, random, {
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
  });
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

/** A desk that is not quite even, with a few things on it. */
export function desk(width: number, height: number, random: Random): Plane {
  const data = new Float32Array(width * height);
  const [base, slope, waves] = [random.between(60, 170), random.between(-60, 60), random.between(2, 14)];
  const things = Array.from({ length: 6 }, () => ({
    x: random.between(0, width),
    y: random.between(0, height),
    w: random.between(20, width / 4),
    h: random.between(10, height / 4),
    light: random.between(10, 245),
  }));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let light = base + (slope * x) / width + waves * Math.sin(x * 0.05 + Math.sin(y * 0.013) * 3);
      for (const thing of things) {
        if (x > thing.x && x < thing.x + thing.w && y > thing.y && y < thing.y + thing.h) light = thing.light;
      }
      data[y * width + x] = light;
    }
  }
  return { data, width, height };
}

/** Lays a card with the code on the desk, in perspective, each pixel the mean of nine points. */
function lay(plane: Plane, text: string, random: Random, scene: Scene): void {
  const { data: modules, size } = encode(text, { ecc: scene.logo ? 'H' : random.pick(['L', 'M', 'Q']), border: 0 });
  const { width, height } = plane;
  const half = (scene.size * height) / 2;
  const middle = near(plane, random, Math.max(0, 0.46 - scene.size * (scene.size > 0.5 ? 0.62 : 0.72)));
  const toCard = facing(scene, half, middle, height);
  const reach = Math.ceil(half * 2.4);
  const light = (u: number, v: number): number | null => {
    // u and v go from 0 to 1 over the code.
    const [column, row] = [u * size, v * size];
    const out = Math.max(-column, column - size, -row, row - size);
    if (out > scene.quiet + 5) return null;
    if (out > scene.quiet) return scene.edge;
    let dark = out < 0 && Boolean(modules[Math.floor(row)]?.[Math.floor(column)]);
    if (Math.max(Math.abs(u - 0.5), Math.abs(v - 0.5)) < scene.logo / 2)
      dark = Math.hypot(u - 0.5, v - 0.5) < scene.logo / 2.6;
    return dark !== scene.invert ? scene.ink : scene.paper;
  };
  for (let y = Math.max(0, Math.floor(middle[1] - reach)); y < Math.min(height, middle[1] + reach); y += 1) {
    for (let x = Math.max(0, Math.floor(middle[0] - reach)); x < Math.min(width, middle[0] + reach); x += 1) {
      const at = y * width + x;
      let sum = 0;
      for (let part = 0; part < 9; part += 1) {
        const [u, v] = toCard(x + ((part % 3) + 0.5) / 3, y + (Math.floor(part / 3) + 0.5) / 3);
        sum += light(u, v) ?? plane.data[at] ?? 0;
      }
      plane.data[at] = sum / 9;
    }
  }
}

/** From a pixel to the code's own coordinates, by a pinhole camera whose picture is as far as the frame is high and a half. */
function facing(scene: Scene, half: number, [mx, my]: [number, number], height: number) {
  const far = height * 1.5;
  const [ca, sa, cb, sb] = [
    Math.cos(scene.tilt[0]),
    Math.sin(scene.tilt[0]),
    Math.cos(scene.tilt[1]),
    Math.sin(scene.tilt[1]),
  ];
  const [ct, st] = [Math.cos(scene.turn), Math.sin(scene.turn)];
  // The card's two axes in space: turned in its plane, tilted about x, then about y.
  const axis = (x: number, y: number) => {
    const [rx, ry] = [x * ct - y * st, x * st + y * ct];
    const [ty, tz] = [ry * ca, ry * sa];
    return [rx * cb + tz * sb, ty, tz * cb - rx * sb] as const;
  };
  const [a, b] = [axis(half, 0), axis(0, half)];
  return (px: number, py: number): [number, number] => {
    // (X, Y, far) + s·a + t·b = k·(px - mx, py - my, far), solved for s and t.
    const [dx, dy] = [px - mx, py - my];
    const [m11, m12, m21, m22] = [
      far * a[0] - dx * a[2],
      far * b[0] - dx * b[2],
      far * a[1] - dy * a[2],
      far * b[1] - dy * b[2],
    ];
    const det = m11 * m22 - m12 * m21;
    const s = (far * dx * m22 - far * dy * m12) / det;
    const t = (far * dy * m11 - far * dx * m21) / det;
    // Behind the camera there is no card.
    if (far + s * a[2] + t * b[2] <= 0) return [-9, -9];
    return [(s + 1) / 2, (t + 1) / 2];
  };
}

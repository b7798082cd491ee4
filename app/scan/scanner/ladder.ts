import { ALONE, FIRST, type Look, NATIVE, OPINIONS, SLOWER, STUDIES, viewsOf } from './looks.ts';
import type { Luma } from './luma.ts';
import type { NativeReader } from './native.ts';
import type { readByNuintun } from './nuintun.ts';
import type { Patience, Sighting } from './sighting.ts';
import type { readByZxing } from './zxing-library.ts';
import type { WasmReader } from './zxing-wasm.ts';

/** A picture to be read. */
export interface Scene {
  image: Luma;
  /** Asks the browser's own reader about the picture that `image` was made of. */
  askNative?(native: NativeReader): Promise<Sighting | null>;
}

/** The readers that there are on this device, as far as they have been loaded. */
export interface Readers {
  wasm: WasmReader | null;
  native: NativeReader | null;
  zxing: typeof readByZxing | null;
  nuintun: typeof readByNuintun | null;
}

/** A way through the readers, from quick to thorough, until one reads. */
export interface Ladder {
  /** Put them in as they come. */
  readers: Readers;
  read(scene: Scene, patience: Patience): Promise<Sighting | null>;
}

/** A look, and what it has done on this device: how often, with what success, in what time. */
interface Rung {
  look: Look;
  looks: number;
  reads: number;
  ms: number;
}

/** A device whose slower looks take longer than this together does one of them a frame, in turn. */
const SLOW_MS = 60;
/** After this long a picture file holds no code that is to be had. */
const STUDY_MS = 10_000;

/** Which way is taken first follows from what reads on this device, and how fast. */
export function makeLadder(): Ladder {
  const readers: Readers = { wasm: null, native: null, zxing: null, nuintun: null };
  const [native, first, slower, alone] = [rung(NATIVE), rung(FIRST), SLOWER.map(rung), ALONE.map(rung)];
  const [opinions, studies] = [OPINIONS.map(rung), STUDIES.map(rung)];
  let glances = 0;
  let looks = 0;

  return {
    readers,
    async read(scene, patience) {
      const views = viewsOf(scene);
      const until = performance.now() + STUDY_MS;
      const climb = async (rungs: Rung[]) => {
        for (const each of rungs) {
          if (performance.now() > until) return null;
          const sighting = await take(each, () => each.look(views, readers));
          if (sighting) return sighting;
        }
        return null;
      };
      const quick = readers.native ? [native, first].sort(byYield) : [first];
      const seen = await climb([...quick, ...(readers.wasm ? inTurn(slower) : inTurn(alone))]);
      if (seen || patience === 'glance') return seen;
      if (patience === 'study') return (await climb(opinions)) ?? climb(studies);
      // One a picture: the next picture of the same code is for the next one.
      looks += 1;
      return climb(opinions.filter((_, n) => n === looks % opinions.length));

      function inTurn(rungs: Rung[]): Rung[] {
        glances += 1;
        const ms = rungs.reduce((sum, each) => sum + each.ms / Math.max(1, each.looks), 0);
        return patience === 'study' || ms < SLOW_MS
          ? [...rungs].sort(byYield)
          : rungs.filter((_, n) => n === glances % rungs.length);
      }
    },
  };
}

const rung = (look: Look): Rung => ({ look, looks: 0, reads: 0, ms: 0 });

/** Reads a second, with a little credit for who has not been asked yet. */
const byYield = (a: Rung, b: Rung) => (b.reads + 1) / (b.ms + 50) - (a.reads + 1) / (a.ms + 50);

async function take(each: Rung, look: () => ReturnType<Look>): Promise<Sighting | null> {
  const started = performance.now();
  // A reader that fails has read nothing; the others go on.
  const sighting = await Promise.resolve()
    .then(look)
    .catch(() => null);
  each.looks += 1;
  each.ms += performance.now() - started;
  if (!sighting?.text) return null;
  each.reads += 1;
  return sighting;
}

import { makeLadder } from './ladder.ts';
import { findNativeReader } from './native.ts';
import { type Picture, sizeOf, toLuma } from './pixels.ts';
import type { Patience, Sighting } from './sighting.ts';

/** Where the ladder lives: in a worker, or in the page where there is none. */
export interface Host {
  /** Closes the picture. */
  read(picture: Picture, patience: Patience): Promise<Sighting | null>;
}

/** The other readers are fetched once the first has read something, or has not come for this long. */
const FIRST_MS = 1_500;

/** @param wasmUrl address of `zxing_reader.wasm` */
export function makeHost(wasmUrl: string): Host {
  const { readers, read } = makeLadder();
  const wasm = loadWasm();
  wasm.catch(() => undefined);
  const native = findNativeReader().then((reader) => {
    readers.native = reader;
  });
  let others: Promise<unknown> | null = null;
  const loadOthers = () => {
    others ??= Promise.all([
      import('./zxing-library.ts').then(({ readByZxing }) => {
        readers.zxing = readByZxing;
      }),
      import('./nuintun.ts').then(({ readByNuintun }) => {
        readers.nuintun = readByNuintun;
      }),
    ]).catch(() => {
      // The line broke: at the next picture again.
      others = null;
    });
    return others;
  };

  async function firstReader(): Promise<void> {
    const late = new Promise<never>((_, reject) => setTimeout(reject, FIRST_MS));
    const ofBrowser = native.then(() => readers.native ?? Promise.reject(new Error('none')));
    await Promise.any([Promise.race([wasm, late]), ofBrowser]).catch(loadOthers);
  }
  let first: Promise<void> | null = null;

  async function loadWasm(): Promise<void> {
    // Asked here, since its own complaint would stand in the console.
    if (typeof WebAssembly === 'undefined') throw new Error('no WebAssembly');
    const { fetchWasm, loadWasmReader } = await import('./zxing-wasm.ts');
    readers.wasm = await loadWasmReader(await fetchWasm(wasmUrl));
  }

  return {
    async read(picture, patience) {
      try {
        // A picture file comes once: it waits for every reader.
        if (patience === 'study') await Promise.allSettled([wasm, native, loadOthers()]);
        else {
          first ??= firstReader();
          await first;
        }
        const { width, height } = sizeOf(picture);
        const image = await toLuma(picture);
        return await read({ image, askNative: (native) => native(picture, width, height) }, patience);
      } finally {
        picture.close();
        void loadOthers();
      }
    },
  };
}

import { makeLadder } from './ladder.ts';
import { findNativeReader } from './native.ts';
import { type Picture, sizeOf, toLuma } from './pixels.ts';
import type { Patience, Sighting } from './sighting.ts';

/** Where the ladder lives: in a worker, or in the page where there is none. */
export interface Host {
  /** Closes the picture. */
  read(picture: Picture, patience: Patience): Promise<Sighting | null>;
  /** Settles once no more readers are to come: the first reads may miss what later ones find. */
  ready: Promise<void>;
}

/** @param wasmUrl address of `zxing_reader.wasm` */
export function makeHost(wasmUrl: string): Host {
  const ladder = makeLadder();
  // Each where it works; whatever else is missing, the last one needs nothing of the browser.
  const readers = [
    import('./zxing-wasm.ts').then(async ({ fetchWasm, loadWasmReader }) => {
      // Its own complaint would stand in the console at each visit.
      if (typeof WebAssembly === 'undefined') return;
      ladder.readers.wasm = await loadWasmReader(await fetchWasm(wasmUrl));
    }),
    findNativeReader().then((reader) => {
      ladder.readers.native = reader;
    }),
    import('./zxing-library.ts').then(({ readByLibrary }) => {
      ladder.readers.library = readByLibrary;
    }),
    import('./nuintun.ts').then(({ readByNuintun }) => {
      ladder.readers.nuintun = readByNuintun;
    }),
  ];
  const ready = Promise.allSettled(readers).then(() => undefined);
  return {
    ready,
    async read(picture, patience) {
      try {
        // A picture file comes once: it waits for every reader.
        if (patience === 'study') await ready;
        else await Promise.any(readers).catch(() => undefined);
        const { width, height } = sizeOf(picture);
        const image = await toLuma(picture);
        return await ladder.read({ image, askNative: (native) => native(picture, width, height) }, patience);
      } finally {
        picture.close();
      }
    },
  };
}

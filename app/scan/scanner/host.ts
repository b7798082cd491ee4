import { makeLadder } from './ladder.ts';
import { findNativeReader } from './native.ts';
import { type Picture, sizeOf, toLuma } from './pixels.ts';
import type { Patience, Sighting } from './sighting.ts';

/** Where the ladder lives: in a worker, or in the page where there is none. */
export interface Host {
  /**
   * Closes the picture.
   * @param begun called once the readers are there
   * @throws where the picture cannot be looked at
   */
  read(picture: Picture, patience: Patience, begun?: () => void): Promise<Sighting | null>;
}

/** `lacks`: a reader that this device could have did not come. */
export type TellState = (state: 'ready' | 'blind', lacks: boolean) => void;

/** The other readers are fetched once the first has read something, or has not come for this long. */
const FIRST_MS = 1_500;
/** A line that is silent for this long is broken. */
const FETCH_MS = 20_000;

/**
 * Begins to fetch the readers. A host that lacks one does not try again: a new host does.
 * @param wasmUrl address of `zxing_reader.wasm`
 */
export function makeHost(wasmUrl: string, tell: TellState): Host {
  const { readers, read } = makeLadder();
  let lacks = false;
  const lack = () => {
    lacks = true;
  };
  const say = () => tell(Object.values(readers).some(Boolean) ? 'ready' : 'blind', lacks);
  const native = findNativeReader().then((reader) => {
    readers.native = reader;
  });
  // Asked here, since its own complaint would stand in the console.
  const wasm = typeof WebAssembly === 'undefined' ? Promise.resolve() : within(FETCH_MS, loadWasm()).catch(lack);
  let others: Promise<void> | null = null;
  const loadOthers = () => {
    others ??= within(
      FETCH_MS,
      Promise.all([
        import('./zxing-library.ts').then(({ readByZxing }) => {
          readers.zxing = readByZxing;
        }),
        import('./nuintun.ts').then(({ readByNuintun }) => {
          readers.nuintun = readByNuintun;
        }),
      ]),
    )
      .catch(lack)
      .then(say);
    return others;
  };
  void Promise.all([wasm, native])
    .then(() => ((readers.wasm ?? readers.native) ? undefined : loadOthers()))
    .then(say);

  async function loadWasm(): Promise<void> {
    const { fetchWasm, loadWasmReader } = await import('./zxing-wasm.ts');
    readers.wasm = await loadWasmReader(await fetchWasm(wasmUrl));
  }

  async function firstReader(): Promise<void> {
    const have = (reader: 'wasm' | 'native') => () => readers[reader] ?? Promise.reject(new Error('none'));
    await Promise.any([within(FIRST_MS, wasm.then(have('wasm'))), native.then(have('native'))]).catch(loadOthers);
  }
  let first: Promise<void> | null = null;

  return {
    async read(picture, patience, begun) {
      try {
        // A picture file comes once: it waits for every reader.
        if (patience === 'study') await Promise.allSettled([wasm, native, loadOthers()]);
        else {
          first ??= firstReader();
          await first;
        }
        begun?.();
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

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return Promise.race([
    promise,
    new Promise<never>((_, reject) => setTimeout(reject, ms, new Error(`nothing for ${ms} ms`))),
  ]);
}

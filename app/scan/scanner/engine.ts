import type { Host } from './host.ts';
import type { Picture } from './pixels.ts';
import type { Patience, Sighting } from './sighting.ts';

/** Reads QR codes, one picture after the other, without holding up the page. */
export interface Engine {
  /** Reads a picture and closes it. Never rejects: a picture that cannot be read holds no code. */
  read(picture: Picture, patience: Patience): Promise<Sighting | null>;
  close(): void;
}

export interface EngineOptions {
  /** `() => new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' })`, in words that the bundler knows. */
  startWorker(): Worker;
  /** Address of `zxing_reader.wasm`. */
  wasmUrl: string;
}

export type Question = { wasmUrl: string } | { id: number; picture: Picture; patience: Patience };
export interface Answer {
  id: number;
  sighting: Sighting | null;
}

/** A worker that is silent for this long is taken for dead. */
const SILENCE_MS = 20_000;

/** Starts the readers in a worker; in the page itself where workers are missing, forbidden or dying. */
export function startEngine({ startWorker, wasmUrl }: EngineOptions): Engine {
  let worker: Worker | null = null;
  let here: Promise<Host> | null = null;
  let id = 0;
  const waiting = new Map<number, { resolve(sighting: Sighting | null): void; timer: ReturnType<typeof setTimeout> }>();

  const moveHere = () => {
    worker?.terminate();
    worker = null;
    here ??= import('./host.ts').then(({ makeHost }) => makeHost(wasmUrl));
    for (const one of [...waiting.keys()]) settle(one, null);
  };
  const settle = (one: number, sighting: Sighting | null) => {
    const asked = waiting.get(one);
    if (!asked) return;
    clearTimeout(asked.timer);
    waiting.delete(one);
    asked.resolve(sighting);
  };

  try {
    worker = startWorker();
    worker.onmessage = ({ data }: MessageEvent<Answer>) => settle(data.id, data.sighting);
    worker.onerror = moveHere;
    worker.postMessage({ wasmUrl } satisfies Question);
  } catch {
    moveHere();
  }

  return {
    async read(picture, patience) {
      if (here) return (await here).read(picture, patience).catch(() => null);
      id += 1;
      const question: Question = { id, picture, patience };
      return new Promise((resolve) => {
        waiting.set(id, { resolve, timer: setTimeout(moveHere, SILENCE_MS) });
        try {
          worker?.postMessage(question, [picture]);
        } catch {
          // A browser that makes such pictures and cannot hand them over.
          picture.close();
          moveHere();
        }
      });
    },
    close() {
      worker?.terminate();
      for (const one of [...waiting.keys()]) settle(one, null);
    },
  };
}

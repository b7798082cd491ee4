import type { Host, TellState } from './host.ts';
import type { Picture } from './pixels.ts';
import type { Patience, Sighting } from './sighting.ts';

/** Reads QR codes, one picture after the other, without holding up the page. */
export interface Engine {
  /** Reads a picture and closes it. Never rejects: a picture that cannot be read holds no code. */
  read(picture: Picture, patience: Patience): Promise<Sighting | null>;
  readonly state: EngineState;
  /** @returns stops listening for another state */
  subscribe(changed: () => void): () => void;
  close(): void;
}

/** `starting`: no reader yet. `ready`: it reads. `blind`: no reader could be fetched; it goes on trying. */
export type EngineState = 'starting' | 'ready' | 'blind';

export interface EngineOptions {
  /** `() => new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' })`, in words that the bundler knows. */
  startWorker(): Worker;
  /** Address of `zxing_reader.wasm`. */
  wasmUrl: string;
}

export type Question = { wasmUrl: string } | { id: number; picture: Picture; patience: Patience };
/**
 * `begun`: the readers are there, and the picture is looked at. `failed`: it could not be looked at.
 * `lacks`: a reader that this device could have was not fetched.
 */
export type Answer =
  | { id: number; begun: true }
  | { id: number; sighting: Sighting | null; failed: boolean }
  | { state: Exclude<EngineState, 'starting'>; lacks: boolean };

interface Waiting {
  resolve(sighting: Sighting | null): void;
  patience: Patience;
  timer?: ReturnType<typeof setTimeout>;
}

/** A worker that looks at one picture for this long is taken for dead. */
const SILENCE_MS = 20_000;
/** So many pictures in a row that could not be looked at are the worker's fault. */
const FAILURES = 10;
/** After a broken line readers are fetched again: by a new worker, as a failed import is remembered. Doubles each time. */
const RETRY_MS = { first: 2_000, most: 60_000 };

/** Starts the readers in a worker; in the page itself where workers are missing, forbidden or dying. */
export function startEngine({ startWorker, wasmUrl }: EngineOptions): Engine {
  let worker: Worker | null = null;
  let here: Promise<Host> | null = null;
  let state: EngineState = 'starting';
  let id = 0;
  let failures = 0;
  let silences = 0;
  let pause = RETRY_MS.first;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<() => void>();

  const become = (next: EngineState) => {
    if (next === state) return;
    state = next;
    for (const changed of listeners) changed();
  };
  const settle = (one: number, sighting: Sighting | null) => {
    const asked = waiting.get(one);
    if (!asked) return;
    clearTimeout(asked.timer);
    waiting.delete(one);
    asked.resolve(sighting);
  };
  const dismiss = () => {
    worker?.terminate();
    worker = null;
    for (const one of [...waiting.keys()]) settle(one, null);
  };
  const tell: TellState = (next, lacks) => {
    become(next);
    if (!lacks) pause = RETRY_MS.first;
    else if (retry === undefined) {
      retry = setTimeout(begin, pause);
      pause = Math.min(2 * pause, RETRY_MS.most);
    }
  };

  /** In the page there is no second worker to try: the host is made anew. */
  const moveHere = () => {
    dismiss();
    const host = import('./host.ts').then(({ makeHost }) => makeHost(wasmUrl, tell));
    here = host;
    host.catch(() => {
      if (here !== host) return;
      here = null;
      tell('blind', true);
    });
  };

  const hear = ({ data }: MessageEvent<Answer>) => {
    if ('state' in data) return tell(data.state, data.lacks);
    if ('begun' in data) {
      const asked = waiting.get(data.id);
      if (asked) asked.timer = setTimeout(silent, SILENCE_MS);
      return;
    }
    silences = 0;
    failures = data.failed ? failures + 1 : 0;
    settle(data.id, data.sighting);
    if (failures === FAILURES) moveHere();
  };
  /** A worker may have been unlucky once. */
  const silent = () => {
    silences += 1;
    if (silences > 1) moveHere();
    else begin();
  };

  function begin() {
    clearTimeout(retry);
    retry = undefined;
    // A picture file comes once; frames come again.
    if ([...waiting.values()].some(({ patience }) => patience === 'study') && silences === 0) {
      retry = setTimeout(begin, RETRY_MS.first);
      return;
    }
    dismiss();
    here = null;
    try {
      worker = startWorker();
      worker.onmessage = hear;
      worker.onerror = moveHere;
      worker.postMessage({ wasmUrl } satisfies Question);
    } catch {
      moveHere();
    }
  }
  begin();

  return {
    get state() {
      return state;
    },
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    async read(picture, patience) {
      try {
        if (here) return await (await here).read(picture, patience);
        if (!worker) return null;
        id += 1;
        const question: Question = { id, picture, patience };
        return await new Promise((resolve) => {
          waiting.set(id, { resolve, patience });
          try {
            worker?.postMessage(question, [picture]);
          } catch {
            // A browser that makes such pictures and cannot hand them over.
            moveHere();
          }
        });
      } catch {
        return null;
      } finally {
        // A no-op where the worker has it.
        picture.close();
      }
    },
    close() {
      clearTimeout(retry);
      dismiss();
    },
  };
}

import type { Answer, Question } from './engine.ts';
import { makeHost } from './host.ts';

let host: ReturnType<typeof makeHost> | null = null;

self.onmessage = async ({ data }: MessageEvent<Question>) => {
  if ('wasmUrl' in data) {
    host = makeHost(data.wasmUrl);
    return;
  }
  const answer: Answer = { id: data.id, sighting: null };
  try {
    answer.sighting = (await host?.read(data.picture, data.patience)) ?? null;
  } catch {
    // A picture that cannot be read holds no code; the next one may.
  }
  self.postMessage(answer);
};

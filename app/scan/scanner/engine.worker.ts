import type { Answer, Question } from './engine.ts';
import { makeHost } from './host.ts';

let host: ReturnType<typeof makeHost> | null = null;
const tell = (answer: Answer) => self.postMessage(answer);

self.onmessage = async ({ data }: MessageEvent<Question>) => {
  if ('wasmUrl' in data) {
    host = makeHost(data.wasmUrl, (state, lacks) => tell({ state, lacks }));
    return;
  }
  const { id, picture, patience } = data;
  try {
    const sighting = await host?.read(picture, patience, () => tell({ id, begun: true }));
    tell({ id, sighting: sighting ?? null, failed: false });
  } catch {
    tell({ id, sighting: null, failed: true });
  }
};

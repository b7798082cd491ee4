import { mkdirSync, rmSync } from 'node:fs';

/** Logs of every server and addresses of every request of the last run; `privacy.spec.ts` reads them at its end. */
export const EVIDENCE = { browser: 'data/test-evidence/browser', api: 'data/test-evidence/api' };

/** Empties a folder of evidence: a run is judged by its own. */
export function clear(folder: string) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

import { mkdirSync, rmSync } from 'node:fs';

/** Logs of every server and addresses of every request of the last run; `privacy.spec.ts` reads them at its end. */
export const EVIDENCE = 'data/test-evidence';

/** Playwright's global setup: a run judges its own evidence. */
// biome-ignore lint/style/noDefaultExport: Playwright asks for it
export default function clearEvidence() {
  rmSync(EVIDENCE, { recursive: true, force: true });
  mkdirSync(EVIDENCE, { recursive: true });
}

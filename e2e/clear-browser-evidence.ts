import { clear, EVIDENCE } from './evidence.ts';

/** Playwright's global setup. */
// biome-ignore lint/style/noDefaultExport: Playwright asks for it
export default () => clear(EVIDENCE.browser);

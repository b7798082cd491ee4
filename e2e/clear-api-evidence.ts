import { clear, EVIDENCE } from './evidence.ts';

/** Vitest's global setup. */
export const setup = () => clear(EVIDENCE.api);

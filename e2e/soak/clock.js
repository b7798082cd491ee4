/**
 * Loaded into the server by the soak: its clock is off by as many milliseconds as the file that SOAK_CLOCK names says.
 * JavaScript, as it comes before the loader that reads TypeScript.
 */
import { readFileSync } from 'node:fs';

const Real = Date;
let offset = 0;
setInterval(() => {
  try {
    offset = Number(readFileSync(process.env.SOAK_CLOCK, 'utf8')) || 0;
  } catch {
    // Just being written.
  }
}, 100).unref();

globalThis.Date = class extends Real {
  constructor(...parts) {
    super(...(parts.length > 0 ? parts : [Real.now() + offset]));
  }
  static now() {
    return Real.now() + offset;
  }
};

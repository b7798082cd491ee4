import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { selfTest } from './native.ts';
import { readByNuintun } from './nuintun.ts';
import { loadWasmReader } from './zxing-wasm.ts';

it('asks the browser’s reader for no more than other readers read', async () => {
  const file = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
  const readByWasm = await loadWasmReader(new Uint8Array(readFileSync(file)).buffer);
  expect(readByWasm(selfTest())?.text).toBe('SELF-TEST');
  expect(readByNuintun(selfTest())?.text).toBe('SELF-TEST');
});

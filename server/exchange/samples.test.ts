/** The documentation's samples run: each uploads a file to a real server. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIELD_NAMES } from '../records/fields.ts';
import { startTestConsole, type TestConsole } from '../test-console.ts';
import { fictionalRecord } from './test-exchange.ts';

const SAMPLES = 'server/exchange/samples';
const COMMANDS = [
  { sample: 'upload.sh', needs: 'curl', command: ['sh', `${SAMPLES}/upload.sh`] },
  { sample: 'upload.py', needs: 'python3', command: ['python3', `${SAMPLES}/upload.py`] },
  { sample: 'Upload.java', needs: 'java', command: ['java', `${SAMPLES}/Upload.java`] },
  {
    sample: 'upload.ts',
    needs: process.execPath,
    command: [process.execPath, '--import', 'tsx', `${SAMPLES}/upload.ts`],
  },
];

let site: TestConsole;
let folder: string;
beforeAll(async () => {
  site = await startTestConsole();
  folder = mkdtempSync(join(tmpdir(), 'console-samples-'));
});
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

function run(command: string[], env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const [program = '', ...args] = command;
    const child = spawn(program, args, { env: { ...process.env, ...env } });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      output += data;
    });
    child.on('close', (code) => resolve({ code, output }));
  });
}

describe.each(COMMANDS)('$sample', ({ needs, command, sample }) => {
  const missing = spawnSync(needs, ['--version']).error !== undefined;

  it.skipIf(missing)(
    'uploads a file and prints the receipt; fails for a wrong secret',
    { timeout: 60_000 },
    async () => {
      const number = COMMANDS.findIndex((each) => each.sample === sample) + 1;
      const cdBatch = `440126112314000000${number}`;
      const records = [1, 2].map((n) => ({ ...fictionalRecord(number * 10 + n), cd_batch: cdBatch }));
      const file = join(folder, `${number}.csv`);
      writeFileSync(file, stringify(records, { header: true, columns: [...FIELD_NAMES] }));
      const env = { EXCHANGE_URL: site.url, EXCHANGE_APP_ID: 'demo-4401', EXCHANGE_SECRET: 'demo-secret-4401' };
      const uploaded = await run([...command, cdBatch, file], env);
      expect(uploaded.output).toContain('"accepted":2');
      expect(uploaded.code).toBe(0);
      const refused = await run([...command, cdBatch, file], { ...env, EXCHANGE_SECRET: 'wrong' });
      expect(refused.output).toMatch(/UNAUTHENTICATED|SIGNATURE_INVALID/);
      expect(refused.code).not.toBe(0);
    },
  );
});

it('are the ones that the description shows', async () => {
  const description = await (await fetch(`${site.url}/api/exchange/openapi.json`)).json();
  expect(description.openapi).toBe('3.1.0');
  const shown = description.paths['/api/exchange/v1/batches'].post['x-codeSamples'];
  expect(shown.map((each: { lang: string }) => each.lang)).toEqual(['curl', 'Python', 'Java', 'TypeScript']);
  const fields = description.components.schemas.Record.properties;
  expect(Object.keys(fields)).toEqual([...FIELD_NAMES]);
});

/** Runs last: the logs and addresses of the whole run name no resident of the demo. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { DEMO_REGISTER } from '../db/demo/city.ts';
import { demoRecords } from '../db/demo/records.ts';
import { EVIDENCE } from './evidence.ts';

test('logs and addresses hold no document number, phone or name of a resident', () => {
  const secrets = new Set([
    ...demoRecords().flatMap((row) =>
      [row.idcode, row.phone, row.name, row.linkman, row.telephone].filter((text) => text != null),
    ),
    ...DEMO_REGISTER.flatMap((row) => [row.idcode, row.phone, row.name].filter((text) => text != null)),
  ]);
  // Addresses hold Chinese percent-encoded.
  const forms = [...secrets].flatMap((secret) => [
    [secret, secret],
    [encodeURIComponent(secret), secret],
  ]) as [string, string][];
  const found: string[] = [];
  let lines = 0;
  for (const folder of Object.values(EVIDENCE)) {
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
        lines += 1;
        for (const [form, secret] of forms) if (line.includes(form)) found.push(`${name}: ${secret}`);
      }
    }
  }
  expect(lines).toBeGreaterThan(500);
  expect(found).toEqual([]);
});

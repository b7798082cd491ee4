/** `npm run bench -- NAME`: runs `NAME.bench.ts`, which stands beside what it measures. */
import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const benches = ['app', 'server', 'db', 'e2e']
  .flatMap((room) => readdirSync(room, { recursive: true }).map((name) => join(room, String(name))))
  .filter((path) => path.endsWith('.bench.ts'));
const name = process.argv[2];
const bench = benches.find((path) => basename(path, '.bench.ts') === name);
if (bench) {
  await import(pathToFileURL(resolve(bench)).href);
} else {
  const known = benches.map((path) => basename(path, '.bench.ts')).join(', ');
  process.stderr.write(`usage: npm run bench -- NAME, one of: ${known}\n`);
  process.exit(1);
}

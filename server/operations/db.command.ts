/** `npm run db -- copy FROM TO`: moves an installation from SQLite to PostgreSQL (docs/operations.md). */
import { parseArgs } from 'node:util';
import { copyDatabase } from '../../db/copy.ts';
import { showRows } from '../progress-bar.ts';

const USAGE = 'usage: npm run db -- copy file:PATH postgres://USER@HOST/DATABASE\n';

try {
  const { positionals } = parseArgs({ allowPositionals: true, options: {} });
  const [command, from, to] = positionals;
  if (command !== 'copy' || !from || !to || positionals.length !== 3) {
    process.stderr.write(USAGE);
    process.exitCode = 1;
  } else await copy(from, to);
} catch (error) {
  process.stderr.write(`db: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function copy(from: string, to: string) {
  const copied = await showRows('rows, copied and compared', (told) => copyDatabase(from, to, told));
  for (const { table, rows, digest } of copied) process.stdout.write(`${digest.slice(0, 16)} ${rows} ${table}\n`);
  process.stdout.write('every table is equal: start the console with the new DATABASE_URL, and the same keys\n');
}

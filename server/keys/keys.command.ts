/** `npm run keys`: the keys of personal data at rest, which DATA_KEYS names (docs/decisions/015). */
import { parseArgs } from 'node:util';
import { keysFileOf, makeKeys, saveKeys } from '../../db/keys.ts';
import { listKeys, prune, rotate } from '../../db/rotate.ts';
import { showRows } from '../progress-bar.ts';
import { readDatabaseSettings } from '../settings.ts';

const USAGE = `usage:
  npm run keys -- create [--file FILE]   makes a file of new keys, for a new database (FILE: DATA_KEYS, else keys.json)
  npm run keys -- rotate                 adds a key and seals everything by it, while the console runs; broken off, run it again
  npm run keys -- prune                  takes keys out of the file that nothing is sealed by any more
  npm run keys -- list                   keys of the file, and how many values each has sealed
settings: DATA_KEYS (a file), DATABASE_URL
`;

const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { file: { type: 'string' } } });
  const { databaseUrl, dataKeys } = readDatabaseSettings(process.env);
  const [command] = positionals;
  const known = { create, rotate: rotateAll, prune: pruneAll, list };
  if (positionals.length !== 1 || !command || !Object.hasOwn(known, command)) {
    process.stderr.write(USAGE);
    process.exitCode = 1;
  } else await known[command as keyof typeof known](databaseUrl, dataKeys, values.file);
} catch (error) {
  process.stderr.write(`keys: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function create(_databaseUrl: string, dataKeys: string | undefined, file?: string) {
  const path = file ?? (dataKeys === undefined ? 'keys.json' : fileOf(dataKeys));
  saveKeys(path, makeKeys(), { fresh: true });
  say(
    `made ${path}: start with DATA_KEYS=${path}, and keep a copy apart from the database's: without it nobody reads the database`,
  );
}

async function rotateAll(databaseUrl: string, dataKeys: string | undefined) {
  const keysFile = fileOf(dataKeys);
  const { keyId, rows, broken } = await showRows('rows', (told) => rotate(databaseUrl, keysFile, told));
  if (broken.length === 0) {
    return say(`${rows} rows are sealed by ${keyId}: npm run keys -- prune takes the earlier keys out of the file`);
  }
  process.exitCode = 1;
  say(`${rows - broken.length} rows are sealed by ${keyId}; somebody has changed others, which no key opens:`);
  for (const row of broken.slice(0, 20)) say(`  ${row}`);
  if (broken.length > 20) say(`  and ${broken.length - 20} more`);
}

async function pruneAll(databaseUrl: string, dataKeys: string | undefined) {
  const gone = await prune(databaseUrl, fileOf(dataKeys));
  say(
    gone.length === 0
      ? 'every key of the file is in use'
      : `took out ${gone.join(', ')}: backups of before still need ${gone.length === 1 ? 'it' : 'them'}`,
  );
}

async function list(databaseUrl: string, dataKeys: string | undefined) {
  for (const { id, current, values } of await listKeys(databaseUrl, fileOf(dataKeys))) {
    say(`${id}  ${String(values).padStart(10)} values${current ? '  current' : ''}`);
  }
}

/** @throws Error where DATA_KEYS names none */
function fileOf(dataKeys: string | undefined): string {
  const file = dataKeys === undefined ? null : keysFileOf(dataKeys);
  if (file === null) throw new Error('setting DATA_KEYS: name the file of the keys that the console runs with');
  return file;
}

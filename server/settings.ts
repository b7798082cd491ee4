import { z } from 'zod';
import { DEMO_CITY } from '../db/demo/city.ts';
import { DEMO_KEYS } from '../db/keys.ts';
import { type CityConfig, readCityConfig } from './city/config.ts';

/** Everybody knows it, as everybody knows the demo's passwords: it signs sessions of the demo and of development only. */
const DEMO_SECRET = 'demo-only-secret-that-everybody-knows';

/** What DATA_KEYS says for the demo's own keys, to commands that work on its database. */
const DEMO_WORD = 'demo';

const DATABASE_URL = 'file:data/console.db';

const environment = z.object({
  PORT: z.coerce.number('PORT must be a number').int().min(0).max(65535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATABASE_URL: z.string().startsWith('file:', 'DATABASE_URL must begin with file:').optional(),
  AUTH_SECRET: z.string().min(32, 'AUTH_SECRET must have at least 32 characters').optional(),
  DATA_KEYS: z.string().min(1).optional(),
  DICTIONARIES: z.string().min(1).optional(),
  CITY_PLATFORM: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).optional(),
});

export interface Settings {
  port: number;
  host: string;
  databaseUrl: string;
  authSecret: string;
  /** Where the keys of personal data are: the path of a file, or its JSON. */
  dataKeys: string;
  logLevel: string;
  /** A folder whose tables are taken instead of our own. */
  dictionaries: string | undefined;
  /** One city's platform, if this server runs one. */
  city: CityConfig | null;
  /** `--demo`: fictional data, known passwords, the page of sample codes. */
  demo: boolean;
  /** `--dev`: Next compiles pages as they are asked for. */
  dev: boolean;
  /** `--api-only`: `/api/**` without the pages. */
  apiOnly: boolean;
}

/**
 * Reads settings from the environment and the command line, once, at start.
 * @throws Error with one line that names the setting and what to do
 */
export function readSettings(env: NodeJS.ProcessEnv, flags: string[]): Settings {
  const unknown = flags.find((flag) => !['--demo', '--dev', '--api-only'].includes(flag));
  if (unknown) throw new Error(`unknown option ${unknown} (known: --demo, --dev, --api-only)`);
  const e = parseEnvironment(env);
  const demo = flags.includes('--demo');
  const secret = e.AUTH_SECRET ?? (demo ? DEMO_SECRET : undefined);
  if (!secret || (secret === DEMO_SECRET && !demo)) {
    throw new Error(
      'setting AUTH_SECRET: set it to a secret of at least 32 characters, e.g. AUTH_SECRET=$(node -p "crypto.randomBytes(32).toString(\'hex\')")',
    );
  }
  return {
    port: e.PORT,
    host: e.HOST,
    databaseUrl: e.DATABASE_URL ?? (demo ? 'file:data/demo.db' : DATABASE_URL),
    authSecret: secret,
    dataKeys: readDataKeysOf(e.DATA_KEYS, demo),
    // The demo's terminal is for reading.
    logLevel: e.LOG_LEVEL ?? (demo ? 'warn' : 'info'),
    dictionaries: e.DICTIONARIES,
    city: readCity(e.CITY_PLATFORM, demo),
    demo,
    dev: flags.includes('--dev'),
    apiOnly: flags.includes('--api-only'),
  };
}

/** `off`, the path of a file, or unset: off, except in the demo. @throws Error that names the file and the key */
function readCity(setting: string | undefined, demo: boolean): CityConfig | null {
  if (setting === undefined) return demo ? DEMO_CITY : null;
  return setting === 'off' ? null : readCityConfig(setting);
}

/** @throws Error that says what to run */
function readDataKeysOf(setting: string | undefined, demo: boolean): string {
  if (setting === DEMO_WORD || (setting === undefined && demo)) {
    if (demo) return DEMO_KEYS;
    throw new Error(
      'setting DATA_KEYS: everybody knows the keys of the demo: make others by npm run keys -- create --file FILE',
    );
  }
  if (setting !== undefined) return setting;
  throw new Error(
    'setting DATA_KEYS: name the file of the keys that personal data is sealed by; npm run keys -- create --file FILE makes one',
  );
}

/** The operator's commands need the database, and its keys where they touch personal data. */
export function readDatabaseSettings(env: NodeJS.ProcessEnv): { databaseUrl: string; dataKeys: string | undefined } {
  const e = parseEnvironment(env);
  return {
    databaseUrl: e.DATABASE_URL ?? DATABASE_URL,
    dataKeys: e.DATA_KEYS === DEMO_WORD ? DEMO_KEYS : e.DATA_KEYS,
  };
}

/** An empty variable counts as unset. @throws Error that names the setting */
function parseEnvironment(env: NodeJS.ProcessEnv) {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(set);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`setting ${issue?.path.join('.')}: ${issue?.message}`);
}

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DEMO_CITY } from '../db/demo/city.ts';
import { DEMO_KEYS } from '../db/keys.ts';
import { type CityConfig, readCityConfig } from './city/config.ts';
import { readAddresses } from './http/addresses.ts';
import { LIMITS } from './http/limits.ts';
import type { Retention } from './operations/retention.ts';
import { type Role, TOTP_ROLES } from './staff/schema.ts';
import { TLS_FILES, TLS_FOLDER, type TlsPaths } from './tls/certificate.ts';

/** Everybody knows it, as everybody knows the demo's passwords: it signs sessions of the demo and of development only. */
const DEMO_SECRET = 'demo-only-secret-that-everybody-knows';

/** What DATA_KEYS says for the demo's own keys, to commands that work on its database. */
const DEMO_WORD = 'demo';

const DATABASE_URL = 'file:data/console.db';

/** The law asks for six months of logs (网络安全法): nothing shortens the audit trail below. */
const LEAST_AUDIT_DAYS = 180;
const days = (name: string, least: number, usual: number) =>
  z.coerce
    .number(`${name} must be a number of days`)
    .int()
    .min(least, `${name} must be at least ${least}`)
    .default(usual);

/** Addresses and networks, with commas between. */
const addresses = (usual: string) =>
  z
    .string()
    .default(usual)
    .transform((list, context) => {
      const entries = list
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean);
      try {
        readAddresses(entries);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
      return entries;
    });

const environment = z.object({
  PORT: z.coerce.number('PORT must be a number').int().min(0).max(65535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  NODES: z.coerce.number('NODES must be a number').int().min(1).max(64).default(1),
  DATABASE_URL: z
    .string()
    .regex(/^(file|postgres|postgresql):/, 'DATABASE_URL must begin with file: or postgres:')
    .optional(),
  READ_DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:/, 'READ_DATABASE_URL must begin with postgres:')
    .optional(),
  AUTH_SECRET: z.string().min(32, 'AUTH_SECRET must have at least 32 characters').optional(),
  TOTP_REQUIRED: z
    .string()
    .transform((roles) => roles.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(TOTP_ROLES, `TOTP_REQUIRED must name roles of ${TOTP_ROLES.join(', ')}, with commas`)))
    .optional(),
  DATA_KEYS: z.string().min(1).optional(),
  DICTIONARIES: z.string().min(1).optional(),
  CITY_PLATFORM: z.string().min(1).optional(),
  MIN_FREE_MB: z.coerce.number('MIN_FREE_MB must be a number').int().min(0).default(512),
  METRICS_ALLOW: addresses('127.0.0.1,::1'),
  METRICS_TOKEN: z.string().min(16, 'METRICS_TOKEN must have at least 16 characters').optional(),
  BACKUP_KEY: z.string().min(32, 'BACKUP_KEY must have at least 32 characters').optional(),
  RETAIN_AUDIT_DAYS: days('RETAIN_AUDIT_DAYS', LEAST_AUDIT_DAYS, 1095),
  RETAIN_VOUCHERS_DAYS: days('RETAIN_VOUCHERS_DAYS', 1, 1095),
  RETAIN_ISSUES_DAYS: days('RETAIN_ISSUES_DAYS', 1, 180),
  RETAIN_WITHDRAWN_DAYS: days('RETAIN_WITHDRAWN_DAYS', 1, 365),
  RETAIN_OUTBOX_DAYS: days('RETAIN_OUTBOX_DAYS', 1, 180),
  RETAIN_SESSIONS_DAYS: days('RETAIN_SESSIONS_DAYS', 0, 1),
  TLS_CERT: z.string().min(1).optional(),
  TLS_KEY: z.string().min(1).optional(),
  HTTP_PORT: z
    .union([z.literal('off'), z.coerce.number('HTTP_PORT must be a number or off').int().min(0).max(65535)])
    .default(3080),
  TRUSTED_PROXIES: addresses(''),
  REQUESTS_A_MINUTE: z.coerce.number('REQUESTS_A_MINUTE must be a number').int().min(1).default(LIMITS.user),
  LOOKUPS_A_MINUTE: z.coerce.number('LOOKUPS_A_MINUTE must be a number').int().min(1).default(60),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).optional(),
});

export interface Settings {
  port: number;
  host: string;
  /** How many processes answer the API; 1: the one that does everything. */
  nodes: number;
  databaseUrl: string;
  /** Where exports are read from: a replica that may be some seconds behind, or the same. */
  readDatabaseUrl?: string | undefined;
  authSecret: string;
  /** Who must sign in with a code of an authenticator app. */
  totpRequired: readonly Role[];
  /** Where the keys of personal data are: the path of a file, or its JSON. */
  dataKeys: string;
  logLevel: string;
  /** Megabytes that must be free where the database is, or the server is not ready. */
  minFreeMb: number;
  /** Who may read `/metrics`: addresses and networks, or whoever sends the token. */
  metrics: { allow: string[]; token: string | undefined };
  /** Null: plain HTTP. */
  tls: TlsPaths | null;
  /** Of the plain port beside TLS; null: there is none. */
  httpPort: number | null;
  /** Addresses and networks of proxies whose `X-Forwarded-*` are believed. */
  trustedProxies: string[];
  /** How many requests of one user are answered; sites and addresses have a multiple of it (http/limits.ts). */
  requestsAMinute: number;
  /** How many codes one person may look up before answers slow down. */
  lookupsAMinute: number;
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
  if (e.NODES > 1 && flags.includes('--dev')) throw new Error('setting NODES: leave it out with --dev');
  const secret = e.AUTH_SECRET ?? (demo ? DEMO_SECRET : undefined);
  if (!secret || (secret === DEMO_SECRET && !demo)) {
    throw new Error(
      'setting AUTH_SECRET: set it to a secret of at least 32 characters, e.g. AUTH_SECRET=$(node -p "crypto.randomBytes(32).toString(\'hex\')")',
    );
  }
  return {
    port: e.PORT,
    host: e.HOST,
    nodes: e.NODES,
    databaseUrl: e.DATABASE_URL ?? (demo ? 'file:data/demo.db' : DATABASE_URL),
    readDatabaseUrl: e.READ_DATABASE_URL,
    authSecret: secret,
    totpRequired: e.TOTP_REQUIRED ?? [],
    dataKeys: readDataKeysOf(e.DATA_KEYS, demo),
    // The demo's terminal is for reading.
    logLevel: e.LOG_LEVEL ?? (demo ? 'warn' : 'info'),
    minFreeMb: e.MIN_FREE_MB,
    metrics: { allow: e.METRICS_ALLOW, token: e.METRICS_TOKEN },
    tls: readTls(e),
    httpPort: e.HTTP_PORT === 'off' ? null : e.HTTP_PORT,
    trustedProxies: e.TRUSTED_PROXIES,
    requestsAMinute: e.REQUESTS_A_MINUTE,
    lookupsAMinute: e.LOOKUPS_A_MINUTE,
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

/**
 * `off`, two paths, or unset: what `npm run tls` made, if it did.
 * @throws Error that names both settings; also where a certificate is, or may be, that can't be looked at: a server that its tablets know by
 *   HTTPS must not come up in plain without a word
 */
function readTls({ TLS_CERT: cert, TLS_KEY: key }: { TLS_CERT?: string | undefined; TLS_KEY?: string | undefined }) {
  if (cert === 'off') return null;
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert !== undefined || key !== undefined) throw new Error('settings TLS_CERT, TLS_KEY: set both, or none');
  const made = { cert: join(TLS_FOLDER, TLS_FILES.certificate), key: join(TLS_FOLDER, TLS_FILES.key) };
  try {
    return statSync(made.cert, { throwIfNoEntry: false }) ? made : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `settings TLS_CERT, TLS_KEY: ${made.cert} can't be read (${code}): make it by npm run tls as the server's user, or set both to files elsewhere, or TLS_CERT=off for plain HTTP`,
    );
  }
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

/** Days for which things are kept. @throws Error that names the setting */
export function readRetention(env: NodeJS.ProcessEnv): Retention {
  const e = parseEnvironment(env);
  return {
    audit: e.RETAIN_AUDIT_DAYS,
    vouchers: e.RETAIN_VOUCHERS_DAYS,
    issues: e.RETAIN_ISSUES_DAYS,
    withdrawn: e.RETAIN_WITHDRAWN_DAYS,
    outbox: e.RETAIN_OUTBOX_DAYS,
    sessions: e.RETAIN_SESSIONS_DAYS,
  };
}

/** What backups are sealed with; the server needs none. @throws Error that names the setting */
export function readBackupKey(env: NodeJS.ProcessEnv): string {
  const key = parseEnvironment(env).BACKUP_KEY;
  if (!key)
    throw new Error('setting BACKUP_KEY: set it to a secret of at least 32 characters, and keep a copy elsewhere');
  return key;
}

/** An empty variable counts as unset. @throws Error that names the setting */
function parseEnvironment(env: NodeJS.ProcessEnv) {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(set);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`setting ${issue?.path.join('.')}: ${issue?.message}`);
}

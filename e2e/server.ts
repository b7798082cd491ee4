/** Starts the real program: `server/main.ts` on a free port, on a database file of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

/** DATA_KEYS of servers that are no demo. */
export const TEST_KEYS = JSON.stringify({
  current: 'k1',
  keys: { k1: 'a-data-key-of-these-tests-and-of-nothing-else' },
  index: 'an-index-key-of-these-tests-and-of-nothing-else',
});

export interface RunningServer {
  url: string;
  port: number;
  /** Of the plain port beside TLS, if there is one. */
  httpPort: number | null;
  process: ChildProcess;
  /** Ends it, by SIGTERM unless told otherwise, and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * @param options.flags e.g. `--demo`, `--api-only`
 * @param options.logFile where everything it prints is kept
 * @throws Error when it ends before it listens
 */
export async function startServer(options: {
  databaseUrl: string;
  flags: string[];
  logFile: string;
  /** A free one if left out. */
  port?: number | undefined;
  /** 127.0.0.1 if left out. */
  host?: string;
  /** The setting, if it is another than the flags'. */
  cityPlatform?: string;
  /** More settings. */
  env?: Record<string, string>;
  /** The setting; if left out, the demo's own with `--demo`, else some of the tests. */
  dataKeys?: string;
  /** Gets the process, before it listens. */
  started?: (child: ChildProcess) => void;
}): Promise<RunningServer> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts', ...options.flags], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(options.port ?? 0),
      HOST: options.host ?? '127.0.0.1',
      DATABASE_URL: options.databaseUrl,
      AUTH_SECRET: 'a-secret-of-these-tests-and-of-nothing-else',
      DATA_KEYS: options.dataKeys ?? (options.flags.includes('--demo') ? '' : TEST_KEYS),
      LOG_LEVEL: 'info',
      // Whatever lies in data/tls.
      TLS_CERT: 'off',
      // Tests and benches are faster than people.
      REQUESTS_A_MINUTE: '1000000',
      LOOKUPS_A_MINUTE: '1000000',
      ...(options.cityPlatform === undefined ? {} : { CITY_PLATFORM: options.cityPlatform }),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  options.started?.(child);
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  child.stderr.pipe(log, { end: false });
  const { port, httpPort = null } = await new Promise<{ port: number; httpPort?: number | null }>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.write(`${line}\n`);
      if (line.includes('"msg":"listening"')) resolve(JSON.parse(line));
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: see ${options.logFile}`)));
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    // localhost and not 127.0.0.1: both are secure origins, and people type the former.
    url: `http://localhost:${port}`,
    port,
    httpPort,
    process: child,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await gone;
    },
  };
}

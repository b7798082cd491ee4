/** Starts the real program: `server/main.ts` on a free port, on a database file of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** AUTH_SECRET of all of them. */
export const TEST_SECRET = 'a-secret-of-these-tests-and-of-nothing-else';

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
  mkdirSync(dirname(options.logFile), { recursive: true });
  const output = openSync(options.logFile, 'a');
  const before = fstatSync(output).size;
  /** What it says once it listens. */
  async function listening(): Promise<{ port: number; httpPort?: number | null }> {
    for (;;) {
      const lines = readFileSync(options.logFile).subarray(before).toString().split('\n').slice(0, -1);
      const line = lines.find((each) => each.includes('"msg":"listening"'));
      if (line) return JSON.parse(line);
      if (ended !== undefined) throw new Error(`the server ended with ${ended}: see ${options.logFile}`);
      await sleep(50);
    }
  }
  const child = spawn(process.execPath, ['dist/main.js', ...options.flags], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(options.port ?? 0),
      HOST: options.host ?? '127.0.0.1',
      DATABASE_URL: options.databaseUrl,
      AUTH_SECRET: TEST_SECRET,
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
    // Straight into the file: whoever measures would spend as much on reading each line as the server on writing it.
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  options.started?.(child);
  let ended: number | null | undefined;
  child.once('exit', (code) => {
    ended = code;
  });
  const { port, httpPort = null } = await listening();
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

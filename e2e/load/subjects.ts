/** What is measured, each a process of its own on one database. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../server/http/free-port.ts';
import { startServer } from '../server.ts';
import { SITES } from './fill.ts';
import type { Next } from './press.ts';

export interface Subject {
  url: string;
  path: string;
  /** @param card the card of the next call */
  next(card: () => string): Next;
  /** Resident megabytes; null where the system does not tell. */
  memory(): number | null;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NEXT_ROUTE = join(ROOT, 'e2e/load/next-route');
const NEXT = join(ROOT, 'node_modules/next/dist/bin/next');

/** Node's own server with one lookup. */
export async function startBare(where: string): Promise<Subject> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'e2e/load/bare.ts'), where], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { port } = JSON.parse(await firstLine(child));
  return { url: `http://127.0.0.1:${port}`, path: '/', next: plain, ...endOf(child) };
}

/** The same lookup as a route of Next's. */
export async function startNextRoute(where: string): Promise<Subject> {
  const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1', LOAD_DATABASE: where };
  execFileSync(process.execPath, [NEXT, 'build', NEXT_ROUTE], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const port = await freePort();
  const child = spawn(process.execPath, [NEXT, 'start', NEXT_ROUTE, '-p', String(port), '-H', '127.0.0.1'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(url).catch(() => null))) await new Promise((resolve) => setTimeout(resolve, 100));
  return { url, path: '/api/trpc/lookup', next: plain, ...endOf(child) };
}

/** Ours as it is: signed in, audited, masked; each connection is another nurse. */
export async function startOurs(databaseUrl: string, logFile: string): Promise<{ lookup: Subject; issue: Subject }> {
  const flags = ['--demo', '--api-only'];
  const server = await startServer({ databaseUrl, flags, logFile, cityPlatform: 'off' });
  const cookies = await Promise.all(
    Array.from({ length: SITES }, async (_, n) => {
      const body = JSON.stringify({ username: `load${n + 1}`, password: 'demo-nurse' });
      const headers = { 'content-type': 'application/json' };
      const signedIn = await fetch(`${server.url}/api/auth/sign-in/username`, { method: 'POST', headers, body });
      const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0];
      if (!cookie) throw new Error(`load${n + 1} could not sign in: ${signedIn.status}`);
      return cookie;
    }),
  );
  const next = (card: () => string) => (connection: number) => ({
    ...plain(card)(),
    cookie: cookies[connection % cookies.length],
  });
  const common = {
    url: `http://127.0.0.1:${server.port}`,
    next,
    memory: () => residentOf(server.process),
    stop: () => server.stop(),
  };
  return {
    lookup: { ...common, path: '/api/trpc/scan.lookup' },
    issue: { ...common, path: '/api/trpc/vouchers.issue' },
  };
}

const plain = (card: () => string) => () => ({ body: JSON.stringify({ code: `${card()}:1` }) });

function endOf(child: ChildProcess): Pick<Subject, 'memory' | 'stop'> {
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    memory: () => residentOf(child),
    async stop() {
      child.kill();
      await gone;
    },
  };
}

function residentOf({ pid }: ChildProcess): number | null {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return null;
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1]) / 1024);
}

function firstLine({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    stdout?.once('data', (text) => resolve(String(text)));
    stdout?.once('end', () => reject(new Error('it ended before it listened')));
  });
}

/**
 * `npm run bench -- city`: residents authenticate on their phones while nurses scan. Real HTTP, one server, a register of fictional
 * persons; the outbox uploads to the province in the same process meanwhile.
 *
 * - `--rate N` authentications a second (200), `--seconds N` (60)
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { cardNoOf } from '../db/demo/fixed-residents.ts';
import { indexOf, open, tables } from '../db/index.ts';
import './demo-keys.ts';
import { CONSENT_VERSION } from '../server/city/schema.ts';
import { checkCharacter } from '../server/records/identity-number.ts';
import { startServer } from './server.ts';

const { values: options } = parseArgs({
  args: process.argv.slice(3),
  options: { rate: { type: 'string', default: '200' }, seconds: { type: 'string', default: '60' } },
});
const rate = Number(options.rate);
const seconds = Number(options.seconds);
/** Fifty nurses, who scan once a second each: enough for a p99 that repeats itself. Signed in as one, whom startServer's settings let be so fast. */
const LOOKUPS_A_SECOND = 50;
/** Not measured: everything is compiled meanwhile, and the log gets its size. */
const WARM_UP_SECONDS = 5;

/** More than there are calls under way, unless the server does not keep up. */
const CONNECTIONS = 256;

const COUNTIES = ['440103', '440104', '440105', '440106', '440111', '440112'];
const DAY = 86_400_000;

/** The n-th fictional person: sequence codes begin with 99. */
function personOf(n: number) {
  const county = COUNTIES[n % COUNTIES.length];
  const day = new Date(Date.UTC(1950, 0, 1) + Math.floor(n / 60) * DAY).toISOString().slice(0, 10).replaceAll('-', '');
  const first17 = `${county}${day}99${Math.floor(n / 6) % 10}`;
  return {
    name: '演示居民',
    idcode: first17 + checkCharacter(first17),
    phone: `1380000${String(n % 10_000).padStart(4, '0')}`,
  };
}

const folder = mkdtempSync(join(tmpdir(), 'console-city-'));
const databaseUrl = `file:${join(folder, 'bench.db')}`;
const db = await open(databaseUrl);
const total = rate * (WARM_UP_SECONDS + seconds);
await db.write((tx) =>
  tx.insertMany(
    tables.cityRegister,
    ['name', 'idCardTypeCode', 'idcode', 'idcodeIndex', 'phone', 'nation'],
    Array.from({ length: total }, (_, n) => {
      const { name, idcode, phone } = personOf(n);
      return [name, '01', idcode, indexOf('idcode', idcode), phone, '01'];
    }),
  ),
);
await db.close();
const server = await startServer({ databaseUrl, flags: ['--demo', '--api-only'], logFile: join(folder, 'server.log') });
const signedIn = await fetch(`${server.url}/api/auth/sign-in/username`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ username: 'nurse', password: 'demo-nurse' }),
});
const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';

/** Of as few instructions as there are: it shares the machine with the server. */
const pool = new Pool(server.url, { connections: CONNECTIONS });

/** Calls a procedure. @returns ms until its answer @throws Error on any other status than 200 */
async function call(procedure: string, input: object, headers: Record<string, string> = {}): Promise<number> {
  const started = performance.now();
  const response = await pool.request({
    method: 'POST',
    path: `/api/trpc/${procedure}`,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(input),
  });
  const text = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`${procedure}: ${response.statusCode} ${text.slice(0, 200)}`);
  return performance.now() - started;
}

const lookUp = () => call('scan.lookup', { code: `${cardNoOf('demo:authenticated')}:1` }, { cookie });
const authenticate = (n: number) =>
  call('phone.authenticate', {
    ...{ ...personOf(n), idCardTypeCode: '01', methods: ['2'], relation: 'self', consentVersion: CONSENT_VERSION },
  });

/** Begins `perSecond` calls a second, whether earlier ones were answered or not. @returns ms of each */
async function drive(perSecond: number, forSeconds: number, one: (n: number) => Promise<number>): Promise<number[]> {
  const begun: Promise<number>[] = [];
  const started = performance.now();
  while (begun.length < perSecond * forSeconds) {
    const due = Math.floor(((performance.now() - started) / 1000) * perSecond) + 1;
    while (begun.length < Math.min(due, perSecond * forSeconds)) begun.push(one(begun.length));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return Promise.all(begun);
}

const at = (all: number[], part: number) =>
  [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(part * all.length))] ?? 0;
const told = (what: string, all: number[]) =>
  process.stdout.write(
    `${what.padEnd(44)} ${String(all.length).padStart(6)}   p50 ${at(all, 0.5).toFixed(1)} ms   p99 ${at(all, 0.99).toFixed(1)} ms\n`,
  );

const warmUp = rate * WARM_UP_SECONDS;
await Promise.all([drive(LOOKUPS_A_SECOND, WARM_UP_SECONDS, lookUp), drive(rate, WARM_UP_SECONDS, authenticate)]);
const idle = await drive(LOOKUPS_A_SECOND, seconds, lookUp);
const [peak, busy] = await Promise.all([
  drive(rate, seconds, (n) => authenticate(warmUp + n)),
  drive(LOOKUPS_A_SECOND, seconds, lookUp),
]);
told('lookups, nothing else', idle);
told(`authentications, ${rate} a second`, peak);
told('lookups meanwhile', busy);
const ratio = Number((at(busy, 0.99) / at(idle, 0.99)).toFixed(2));
process.stdout.write(`lookups' p99 against nothing else: ${ratio} ×\n`);
process.stdout.write(
  `RESULT ${JSON.stringify({ authentications: peak.length, p99: at(peak, 0.99), idle: at(idle, 0.99), busy: at(busy, 0.99), ratio })}\n`,
);
await pool.close();
await server.stop();
rmSync(folder, { recursive: true });

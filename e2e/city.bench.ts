/**
 * `npm run bench -- city`: residents authenticate on their phones while nurses scan. Real HTTP, one server, a register of fictional
 * persons; the outbox uploads to the province in the same process meanwhile.
 *
 * - `--rate N` authentications a second (200), `--seconds N` (60)
 * - `--apart`: the city's platform is a program of its own on the same machine, with a database of its own, as a city runs it
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DEMO_CITY } from '../db/demo/city.ts';
import { cardNoOf } from '../db/demo/fixed-residents.ts';
import { indexOf, open, tables } from '../db/index.ts';
import './demo-keys.ts';
import { CONSENT_VERSION } from '../server/city/schema.ts';
import { checkCharacter } from '../server/records/identity-number.ts';
import { drive, makeCaller } from './load/drive.ts';
import type { Scans } from './load/nurses.ts';
import { startServer } from './server.ts';

const { values: options } = parseArgs({
  args: process.argv.slice(3),
  options: {
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    apart: { type: 'boolean', default: false },
  },
});
const rate = Number(options.rate);
const seconds = Number(options.seconds);
/** Fifty nurses, who scan once a second each: enough for a p99 that repeats itself. Signed in as one, whom startServer's settings let be so fast. */
const LOOKUPS_A_SECOND = 50;
/** Not measured: everything is compiled meanwhile, and the log gets its size. */
const WARM_UP_SECONDS = 5;

/** For what the residents left to be uploaded. */
const REST_MS = 6000;
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
const flags = ['--demo', '--api-only'];
const logFile = join(folder, 'server.log');
const server = options.apart
  ? await startServer({ databaseUrl: `file:${join(folder, 'province.db')}`, flags, logFile, cityPlatform: 'off' })
  : await startServer({ databaseUrl, flags, logFile });
const city = options.apart ? await startCity() : server;

async function startCity() {
  const config = join(folder, 'city.json');
  writeFileSync(config, JSON.stringify({ ...DEMO_CITY, exchange: { ...DEMO_CITY.exchange, url: server.url } }));
  return startServer({ databaseUrl, flags, logFile: join(folder, 'city.log'), cityPlatform: config });
}

const signedIn = await fetch(`${server.url}/api/auth/sign-in/username`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ username: 'nurse', password: 'demo-nurse' }),
});
const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';

const residents = makeCaller(city.url, CONNECTIONS);
const authenticate = (n: number) =>
  residents.call('phone.authenticate', {
    ...{ ...personOf(n), idCardTypeCode: '01', methods: ['2'], relation: 'self', consentVersion: CONSENT_VERSION },
  });

const nurses = fork(new URL('./load/nurses.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
/** @returns ms of each lookup */
async function lookUp(forSeconds: number): Promise<number[]> {
  const scans = { url: server.url, cookie, code: `${cardNoOf('demo:authenticated')}:1`, perSecond: LOOKUPS_A_SECOND };
  nurses.send({ ...scans, seconds: forSeconds } satisfies Scans);
  const [times] = await once(nurses, 'message');
  return times;
}

const at = (all: number[], part: number) =>
  [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(part * all.length))] ?? 0;
const told = (what: string, all: number[]) =>
  process.stdout.write(
    `${what.padEnd(44)} ${String(all.length).padStart(6)}   p50 ${at(all, 0.5).toFixed(1)} ms   p99 ${at(all, 0.99).toFixed(1)} ms\n`,
  );

const warmUp = rate * WARM_UP_SECONDS;
await Promise.all([lookUp(WARM_UP_SECONDS), drive(rate, WARM_UP_SECONDS, authenticate)]);
// Before and after, as machines grow slower and faster.
const before = await lookUp(seconds / 2);
const [peak, busy] = await Promise.all([drive(rate, seconds, (n) => authenticate(warmUp + n)), lookUp(seconds)]);
await new Promise((resolve) => setTimeout(resolve, REST_MS));
const idle = [...before, ...(await lookUp(seconds / 2))];
told('lookups, nothing else', idle);
told(`authentications, ${rate} a second`, peak);
told('lookups meanwhile', busy);
const ratio = Number((at(busy, 0.99) / at(idle, 0.99)).toFixed(2));
process.stdout.write(`lookups' p99 against nothing else: ${ratio} ×\n`);
process.stdout.write(
  `RESULT ${JSON.stringify({ authentications: peak.length, p99: at(peak, 0.99), idle: at(idle, 0.99), busy: at(busy, 0.99), ratio })}\n`,
);
nurses.disconnect();
await residents.close();
if (city !== server) await city.stop();
await server.stop();
rmSync(folder, { recursive: true });

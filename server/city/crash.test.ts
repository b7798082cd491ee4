/**
 * A city's server and the province's, two processes, and between them a line that breaks: the city is killed in every step of its outbox,
 * the province is away for a while. In the end both agree to the row.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { DEMO_CITY } from '../../db/demo/city.ts';
import { fillDemo } from '../../db/demo/fill.ts';
import { open, tables } from '../../db/index.ts';
import { unseal } from '../../db/seal.ts';
import { makeDemoDatabase, type TestDatabase } from '../../db/test-database.ts';
import { EVIDENCE } from '../../e2e/evidence.ts';
import { type RunningServer, startServer } from '../../e2e/server.ts';
import { client, sessionCookie } from '../test-console.ts';
import { shanghaiDay } from '../time.ts';
import { authenticated, citizen, indexed, makePhone, type TestPhone, typed } from './test-city.ts';

/** What befalls the next batch: the city is killed before the province has it, before the answer comes, some ms behind it, or at no batch
 * at all; the answer is cut off; the province is away. */
const STEPS = ['before', 'unanswered', 'answered', 'any time', 'cut', 'away'] as const;
type Step = (typeof STEPS)[number];
const ROUNDS = 18;
const PEOPLE_A_ROUND = 5;
const AUTH_SECRET = 'a-secret-of-these-tests-and-of-nothing-else';

const folder = mkdtempSync(join(tmpdir(), 'console-city-crash-'));
const file = (name: string) => join(folder, name);
let data: { province: TestDatabase; city: TestDatabase };
let province: RunningServer;
let city: RunningServer;
const line = { step: null as Step | null, round: 0, happened: () => {} };

async function read(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

const between = createServer(async (request, response) => {
  const body = await read(request).catch(() => null);
  const batch = request.method === 'POST';
  const { step } = line;
  if (!body || step === 'away') return void request.socket.destroy();
  const cut = async (kill: boolean) => {
    line.step = null;
    if (kill) await city.stop('SIGKILL');
    request.socket.destroy();
    line.happened();
  };
  if (batch && step === 'before') return cut(true);
  const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers;
  const answer = await fetch(province.url + request.url, {
    method: request.method ?? '',
    headers: headers as Record<string, string>,
    ...(batch ? { body: new Uint8Array(body) } : {}),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (batch && step === 'unanswered') return cut(true);
  response.writeHead(answer.status, { 'content-length': bytes.length });
  if (batch && step === 'cut') return void response.write(bytes.subarray(0, 30), () => cut(false));
  response.end(bytes);
  if (batch && step === 'answered') setTimeout(() => cut(true), line.round % 9);
});

const startCity = (port?: number) =>
  startServer({
    ...{ databaseUrl: data.city.url, flags: ['--demo', '--api-only'], port },
    ...{ cityPlatform: file('city.json'), logFile: join(EVIDENCE.api, 'city-crash.log') },
  });

beforeAll(async () => {
  data = { province: await makeDemoDatabase(), city: await makeDemoDatabase() };
  const db = await open(data.city.url);
  await fillDemo(db, AUTH_SECRET);
  const people = Array.from({ length: ROUNDS * PEOPLE_A_ROUND }, (_, n) => citizen(n));
  await db.write((tx) => tx.insert(tables.cityRegister).values(people.map(indexed)));
  await db.close();
  province = await startServer({
    ...{ databaseUrl: data.province.url, flags: ['--demo', '--api-only'], cityPlatform: 'off' },
    logFile: join(EVIDENCE.api, 'city-crash-province.log'),
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
  const config = { ...DEMO_CITY, uploadSeconds: 0.1, exchange: { ...DEMO_CITY.exchange, url } };
  writeFileSync(file('city.json'), JSON.stringify(config));
  city = await startCity();
});
afterAll(async () => {
  await city.stop();
  await province.stop();
  between.close();
  await data.city.drop();
  await data.province.drop();
  rmSync(folder, { recursive: true });
});

it('loses no row and doubles none', { timeout: 600_000 }, async () => {
  const port = Number(new URL(city.url).port);
  const today = shanghaiDay(new Date());
  const phones = new Map<number, { phone: TestPhone; memberId: number }>();
  const todo: (() => Promise<void>)[] = [];
  const person = (n: number, methods: ('1' | '2')[]) => typed('王新民', { ...citizen(n), methods });

  const authenticate = (n: number, methods: ('1' | '2')[]) => async () => {
    const phone = phones.get(n)?.phone ?? makePhone(city);
    phones.set(n, { phone, memberId: await authenticated(phone, person(n, methods)) });
  };
  const withdraw = (n: number) => async () => {
    const member = phones.get(n);
    // Answered or not, the last try may have done it.
    if (member) await member.phone.withdraw.mutate({ memberId: member.memberId }).catch(ignoreNotFound);
    phones.delete(n);
  };
  async function act() {
    const acts = todo.splice(0);
    const ends = await Promise.allSettled(acts.map((each) => each()));
    // Whatever broke is done again; nobody can tell whether it was done.
    todo.push(...acts.filter((_, n) => ends[n]?.status === 'rejected'));
  }

  for (let round = 0; round < ROUNDS; round += 1) {
    const step = STEPS[round % STEPS.length] as Step;
    const first = round * PEOPLE_A_ROUND;
    for (let n = first; n < first + PEOPLE_A_ROUND; n += 1) todo.push(authenticate(n, ['2']));
    if (round > 0) todo.push(authenticate(first - 1, ['1', '2']), withdraw(first - 2));
    const happened = new Promise<void>((resolve) => Object.assign(line, { step, round, happened: resolve }));
    const acting = act();
    if (step === 'any time') {
      await new Promise((resolve) => setTimeout(resolve, 20 + ((round * 37) % 150)));
      line.step = null;
      await city.stop('SIGKILL');
    } else if (step === 'away') {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      line.step = null;
    } else await happened;
    await acting;
    if (city.process.exitCode !== null || city.process.signalCode !== null) city = await startCity(port);
  }
  while (todo.length > 0) await act();

  const signedIn = await fetch(`${city.url}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'city', password: 'demo-city' }),
  });
  const office = client(city.url, sessionCookie(signedIn)).city;
  await vi.waitFor(
    async () => expect((await office.outbox.query({})).counts).toMatchObject({ waiting: 0, sent: 0, refused: 0 }),
    { timeout: 60_000, interval: 200 },
  );
  const [day] = await office.reconcile.query({ from: today, to: shanghaiDay(new Date()) });
  // Of each round one withdraws: the province never hears of whoever does before anything left.
  const people = ROUNDS * PEOPLE_A_ROUND - (await expectTheSame());
  expect(people).toBeGreaterThanOrEqual(ROUNDS * (PEOPLE_A_ROUND - 1));
  expect(day).toEqual({ day: today, own: people, held: people, equal: true });
});

const ignoreNotFound = (error: { data?: { error?: { code?: string } } }) => {
  if (error.data?.error?.code !== 'MEMBER_NOT_FOUND') throw error;
};

/**
 * Compares both databases: every row of the outbox changed its record exactly once, and residents stand as they are.
 * @returns how many residents withdrew before anything was sent of them
 */
async function expectTheSame(): Promise<number> {
  const rowsOf = (of: TestDatabase) => async (text: string) =>
    (await of.look((sql) => sql.all<object>(text))).map((row) => Object.values(row) as (string | number | null)[]);
  const [rows, rowsThere] = [rowsOf(data.city), rowsOf(data.province)];
  const open = ([id, name, idcode, phone, methods]: (string | number | null)[]) => [
    ...[id, name, unseal(String(idcode)), unseal(String(phone)), methods],
  ];
  const sent = await rows(`SELECT record_id, cd_time, operation, cd_batch FROM city_outbox WHERE state = 'accepted'
    ORDER BY 1, 2, 3, 4`);
  const applied = await rowsThere(`SELECT r.id, c.cd_time, c.operation, b.cd_batch
    FROM record_changes c JOIN authentication_records r ON r.seq = c.record_seq
    JOIN batches b ON b.id = c.batch_id ORDER BY 1, 2, 3, 4`);
  expect(sent.length).toBeGreaterThan(ROUNDS * PEOPLE_A_ROUND);
  expect(applied).toEqual(sent);
  const residents = await rows('SELECT record_id, name, idcode, phone, methods FROM city_residents ORDER BY 1');
  const told = new Set((await rows('SELECT record_id FROM city_outbox')).map(([id]) => id));
  const live = await rowsThere(`SELECT id, name, idcode, phone, authentication_method FROM authentication_records
    WHERE cd_operation <> 'd' ORDER BY 1`);
  expect(live.filter(([id]) => told.has(id ?? null)).map(open)).toEqual(residents.map(open));
  expect(await rows('SELECT count(*) FROM city_outbox WHERE record IS NOT NULL')).toEqual([[0]]);
  const [unheard] = await rows(`SELECT count(DISTINCT record_id) FROM city_outbox WHERE state = 'unsaid'
    AND record_id NOT IN (SELECT record_id FROM city_outbox WHERE state = 'accepted')`);
  expect(await rows("SELECT count(*) FROM city_outbox WHERE state NOT IN ('accepted', 'unsaid')")).toEqual([[0]]);
  return Number(unheard?.[0]);
}

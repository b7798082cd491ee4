/** Several processes on one database do what one does: those of one machine (NODES), and on PostgreSQL those of two. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cardNoOf } from '../../db/demo/fixed-residents.ts';
import { type Db, open, tables } from '../../db/index.ts';
import { makeTestDatabase, onPostgres, type TestDatabase } from '../../db/test-database.ts';
import { EVIDENCE } from '../../e2e/evidence.ts';
import { type RunningServer, startServer } from '../../e2e/server.ts';
import { verifyChain } from '../audit/chain.ts';
import { APP_4401, fictionalRecord, signed } from '../exchange/test-exchange.ts';
import { RECORD_COLUMNS } from '../records/schema.ts';
import { LOCKOUTS } from '../staff/lockout.ts';
import { addResidents } from '../test-residents.ts';

const NODES = 2;
/** Small enough for tests, and not by the lot. */
const LIMITS = { REQUESTS_A_MINUTE: '40', LOOKUPS_A_MINUTE: '10' };
const logFile = join(EVIDENCE.api, 'nodes.log');
const agent = new Agent({ keepAlive: false });

interface Answer {
  status: number;
  text: string;
  cookie: string;
}
/** On a connection of its own, which any of the nodes may get. */
function ask(
  { url }: RunningServer,
  path: string,
  options: { cookie?: string; body?: unknown; headers?: Record<string, string> } = {},
) {
  const { cookie = '', body, headers = {} } = options;
  return new Promise<Answer>((resolve, reject) => {
    const asked = request(
      url.replace('localhost', '127.0.0.1') + path,
      {
        agent,
        method: body === undefined ? 'GET' : 'POST',
        headers: { cookie, 'content-type': 'application/json', ...headers },
      },
      async (answered) => {
        const parts: Buffer[] = await answered.toArray();
        const given = answered.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
        resolve({ status: answered.statusCode ?? 0, text: Buffer.concat(parts).toString(), cookie: given });
      },
    );
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
const signIn = (server: RunningServer, username: string, password = `demo-${username}`) =>
  ask(server, '/api/auth/sign-in/username', { body: { username, password } });
const issue = (server: RunningServer, cookie: string, key: string) =>
  ask(server, '/api/trpc/vouchers.issue', { cookie, body: { code: `${cardNoOf(key)}:1` } });
const numberOf = ({ text }: Answer): string => JSON.parse(text).result.data.voucherNo;
const many = <T>(count: number, one: (n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, n) => one(n)));

/** The nodes of a server; it may have other children, e.g. a compiler. */
const childrenOf = ({ process }: RunningServer) =>
  [
    ...spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' }).stdout.matchAll(
      /^ *(\d+) .*main\.[jt]s/gm,
    ),
  ].map(([, pid]) => Number(pid));

const PLACES = [
  { place: 'the processes of one machine', machines: 1 },
  ...(onPostgres ? [{ place: 'two machines', machines: 2 }] : []),
];

describe.each(PLACES)('$place', ({ machines }) => {
  let database: TestDatabase;
  let db: Db;
  const servers: RunningServer[] = [];
  /** In turn. */
  const at = (n: number) => servers[n % servers.length] as RunningServer;
  const start = async (env: Record<string, string> = {}) => {
    // One after the other: the demo is filled once.
    for (let n = 0; n < machines; n += 1) {
      const options = { databaseUrl: database.url, flags: ['--demo', '--api-only'], logFile };
      servers.push(await startServer({ ...options, env: { NODES: String(NODES), ...env } }));
    }
  };
  const stop = async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  };
  const cookieOf = async (username: string) => (await signIn(at(0), username)).cookie;

  beforeAll(async () => {
    database = await makeTestDatabase();
    await start();
    db = await open(database.url);
    await db.unlock();
  });
  afterAll(async () => {
    await stop();
    await db.close();
    await database.drop();
  });

  it('give serials without gaps, and one resident one voucher', async () => {
    const keys = Array.from({ length: 120 }, (_, n) => `nodes:${n}`);
    await addResidents(db, keys);
    const cookie = await cookieOf('nurse');
    const answers = await many(keys.length, (n) => issue(at(n), cookie, keys[n] ?? ''));
    const serials = answers.map((answer) => Number(numberOf(answer).slice(-4))).sort((a, b) => a - b);
    expect(serials).toEqual(keys.map((_, n) => n + 1));
    const same = await many(40, (n) => issue(at(n), cookie, 'demo:authenticated'));
    expect(new Set(same.map(numberOf)).size).toBe(1);
    expect((await verifyChain(db.read)).whole).toBe(true);
  });

  it('lose no answered voucher when each of them is killed, and are as many again', { timeout: 180_000 }, async () => {
    const keys = Array.from({ length: 300 }, (_, n) => `killed:${n}`);
    await addResidents(db, keys);
    const cookie = await cookieOf('nurse2');
    const answered = new Map<string, Set<string>>(keys.map((key) => [key, new Set()]));
    let [asked, failed, done] = [0, 0, false];
    const running = many(48, async () => {
      while (!done) {
        const key = keys[asked % keys.length] ?? '';
        asked += 1;
        const answer = await issue(at(asked), cookie, key).catch(() => null);
        if (answer?.status === 200) answered.get(key)?.add(numberOf(answer));
        else failed += 1;
      }
    });
    const [server] = servers as [RunningServer];
    for (const node of childrenOf(server)) {
      const before = asked;
      await vi.waitFor(() => expect(asked).toBeGreaterThan(before + 100), 30_000);
      process.kill(node, 'SIGKILL');
      await vi.waitFor(() => expect(childrenOf(server)).not.toContain(node), 20_000);
      await vi.waitFor(() => expect(childrenOf(server)).toHaveLength(NODES), 30_000);
      await vi.waitFor(() => expect(asked).toBeGreaterThan(keys.length), 30_000);
      const told = `"replaced":${node},`;
      await vi.waitFor(() => expect(readFileSync(logFile, 'utf8')).toContain(told), 30_000);
    }
    done = true;
    await running;
    const stored = await db.read.select({ no: tables.vouchers.voucherNo }).from(tables.vouchers);
    const numbers = new Set(stored.map(({ no }) => no));
    const given = [...answered.values()].map((each) => [...each]);
    expect(given.flat().filter((number) => !numbers.has(number))).toEqual([]);
    // One each, whoever answered.
    expect(given.map(({ length }) => length)).toEqual(keys.map(() => 1));
    expect(new Set(given.flat()).size).toBe(keys.length);
    // They did die while they answered.
    expect(failed).toBeGreaterThan(0);
    expect(readFileSync(logFile, 'utf8')).toContain('"signal":"SIGKILL","msg":"a node ended"');
    expect((await verifyChain(db.read)).whole).toBe(true);
  });

  it('take a nonce once', async () => {
    const nonce = randomUUID();
    const body = JSON.stringify({
      cd_batch: '4401261123119900001',
      records: [{ ...fictionalRecord(1), cd_batch: '4401261123119900001' }],
    });
    const moment = Date.now();
    const send = (n: number) =>
      signed(at(n), 'POST', '/api/exchange/v1/batches', { body, nonce, at: moment, app: APP_4401 });
    const statuses = (await many(6, send)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 401, 401, 401, 401, 401]);
  });

  it('count failures to sign in together', async () => {
    const wrong = await many(12, (n) => signIn(at(n), 'auditor', 'wrong'));
    expect(wrong.filter(({ status }) => status === 401)).toHaveLength(LOCKOUTS.name.failures);
    expect((await signIn(at(1), 'auditor')).status).toBe(429);
  });

  it('know of a sign-out, on one machine at once', async () => {
    const cookie = await cookieOf('site_admin');
    const me = async () =>
      (await many(12, (n) => ask(at(n), '/api/trpc/staff.me', { cookie }))).map(({ status }) => status);
    expect(await me()).toEqual(Array(12).fill(200));
    expect((await ask(at(0), '/api/auth/sign-out', { cookie, body: {} })).status).toBe(200);
    if (machines === 1) await sleep(200);
    const gone = async () => expect(await me()).toEqual(Array(12).fill(401));
    if (machines === 1) await gone();
    else await vi.waitFor(gone, 20_000);
  });

  it('hand on what one process keeps', async () => {
    const cookie = await cookieOf('province');
    const calls = ['phone.state', 'exports.list', 'trust.read', 'staff.me,phone.state'];
    for (const path of calls) {
      const answers = await many(6, () =>
        ask(at(0), `/api/trpc/${path}${path.includes(',') ? '?batch=1' : ''}`, { cookie }),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    }
    const started = await ask(at(0), '/api/trpc/exports.start', {
      cookie,
      body: { source: 'records', format: 'csv', filter: {}, columns: Object.keys(RECORD_COLUMNS) },
    });
    expect(started.status, started.text).toBe(200);
    const { id } = JSON.parse(started.text).result.data;
    await vi.waitFor(async () => {
      const files = await many(6, () => ask(at(0), `/api/exports/${id}/file`, { cookie }));
      expect(files.map(({ status }) => status)).toEqual(Array(6).fill(200));
    }, 30_000);
    // Pages are the primary's, and here there are none.
    expect((await ask(at(0), '/login')).status).toBe(404);
    // What only a node may say of others is not taken from whoever asks.
    const headers = { 'x-console-node': 'guess', 'x-console-address': '192.0.2.1', 'x-console-secure': '1' };
    expect((await ask(at(0), '/api/trpc/phone.state', { headers })).status).toBe(200);
    expect((await ask(at(0), '/metrics', { headers: { 'x-forwarded-for': '127.0.0.1' } })).status).toBe(403);
  });

  it('add up what they count for the metrics', async () => {
    const cookie = await cookieOf('nurse');
    const read = async () => {
      const { status, text } = await ask(at(0), '/metrics');
      expect(status).toBe(200);
      return Number(
        /^console_http_request_duration_seconds_count\{route="\/api\/trpc\/scan.lookup"[^}]*\} (\d+)$/m.exec(
          text,
        )?.[1] ?? 0,
      );
    };
    const before = await read();
    await many(30, () =>
      ask(at(0), '/api/trpc/scan.lookup', { cookie, body: { code: `${cardNoOf('demo:child')}:1` } }),
    );
    expect((await read()) - before).toBe(30);
  });

  it('count requests and lookups together', async () => {
    await stop();
    await db.close();
    await database.drop();
    database = await makeTestDatabase();
    await start(LIMITS);
    db = await open(database.url);
    const cookie = await cookieOf('city');
    const most = Number(LIMITS.REQUESTS_A_MINUTE);
    const asked = await many(most + 20, (n) => ask(at(n), '/api/trpc/staff.me', { cookie }));
    const statuses = asked.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(most);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    const nurse = await cookieOf('nurse');
    const tooFast = () => database.one(`SELECT count(*) FROM audit_events WHERE action = 'scan.too_fast'`);
    const lookup = (n: number) =>
      ask(at(n), '/api/trpc/scan.lookup', { cookie: nurse, body: { code: `${cardNoOf('demo:child')}:1` } });
    const perMinute = Number(LIMITS.LOOKUPS_A_MINUTE);
    for (let n = 0; n < perMinute; n += 1) expect((await lookup(n)).status).toBe(200);
    expect(await tooFast()).toBe(0);
    await lookup(0);
    await lookup(1);
    expect(await tooFast()).toBeGreaterThan(0);
  });

  it('end together', async () => {
    const [server] = servers;
    if (!server) throw new Error('there is no server');
    const nodes = childrenOf(server);
    expect(nodes).toHaveLength(NODES);
    await stop();
    expect(server.process.exitCode).toBe(0);
    for (const pid of nodes) expect(() => process.kill(pid, 0)).toThrow();
  });
});

it('say in one line why they do not start', async () => {
  const database = await makeTestDatabase();
  const options = {
    databaseUrl: database.url,
    flags: ['--demo', '--api-only'],
    logFile: join(EVIDENCE.api, 'nodes-port.log'),
  };
  rmSync(options.logFile, { force: true });
  const first = await startServer(options);
  await expect(startServer({ ...options, port: first.port, env: { NODES: '2' } })).rejects.toThrow('ended with 1');
  await first.stop();
  expect(readFileSync(options.logFile, 'utf8')).toContain('PORT');
  await database.drop();
});

/** What only PostgreSQL does: several nodes, a server that goes away, another that takes its place. */
import { setTimeout as sleep } from 'node:timers/promises';
import { asc } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type PostgresServer, startPostgres } from '../e2e/postgres-server.ts';
import { verifyChain } from '../server/audit/chain.ts';
import { recordEvent } from '../server/audit/record-event.ts';
import { faultOf } from './fault.ts';
import { type Db, open, tables } from './index.ts';
import { readAddress } from './postgres-connection.ts';
import { makeTestDatabase, onPostgres } from './test-database.ts';

const { auditEvents, cities } = tables;
const actor = { kind: 'system' as const, program: 'test', requestId: 'request' };
const tell = (db: Db, subject: string) =>
  db.write((tx) => recordEvent(tx, actor, { action: 'record.open', outcome: 'ok', subject }));
const subjects = async (db: Db) => (await db.read.select().from(auditEvents)).map((row) => row.subject);

/** Writes until it is stopped, whatever happens. @returns what was answered, and what errors there were */
function keepWriting(db: Db) {
  const answered: string[] = [];
  const faults = new Set<string | null>();
  let stopped = false;
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; !stopped; n += 1) {
      const subject = `${writer}-${n}`;
      await tell(db, subject).then(
        () => answered.push(subject),
        async (error) => {
          faults.add(faultOf(error));
          await sleep(20);
        },
      );
    }
  });
  const stop = async () => {
    stopped = true;
    await Promise.all(writers);
  };
  return { answered, faults, stop };
}

it('reads addresses of several hosts', () => {
  expect(readAddress('postgres://u:p%40@a:5432,b,[::1]:6/db?target_session_attrs=read-write&sslmode=disable')).toEqual({
    urls: ['a:5432', 'b', '[::1]:6'].map((host) => `postgres://u:p%40@${host}/db?sslmode=disable`),
    readWrite: true,
  });
  expect(readAddress('postgresql://a/db')).toEqual({ urls: ['postgresql://a/db'], readWrite: false });
  expect(() => readAddress('postgres:a')).toThrow('DATABASE_URL');
});

describe.runIf(onPostgres)('nodes', () => {
  it('that start at once make the tables once, and refuse a newer database', async () => {
    const database = await makeTestDatabase();
    await database.run('DROP SCHEMA public CASCADE', 'CREATE SCHEMA public');
    const nodes = await Promise.all([1, 2, 3, 4].map(() => open(database.url)));
    expect(await Promise.all(nodes.map((db) => db.read.$count(cities)))).toEqual([0, 0, 0, 0]);
    await Promise.all(nodes.map((db) => db.close()));
    await database.run("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('', 9999999999999)");
    await expect(open(database.url)).rejects.toThrow('newer version');
    await database.drop();
  });

  it('that write at once make one chain, without a gap', async () => {
    const database = await makeTestDatabase();
    const nodes = await Promise.all([1, 2, 3].map(() => open(database.url)));
    await Promise.all(nodes.flatMap((db, node) => Array.from({ length: 200 }, (_, n) => tell(db, `${node}-${n}`))));
    expect(await verifyChain((nodes[0] as Db).read)).toMatchObject({ whole: true, count: 600 });
    await Promise.all(nodes.map((db) => db.close()));
    await database.drop();
  });

  it('wait for a lock as long as they were told, and go on once it is gone', async () => {
    const database = await makeTestDatabase();
    const db = await open(database.url, { lockPatience: 300 });
    const other = await open(database.url);
    let end = () => {};
    const holding = other.write(
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    );
    await vi.waitFor(() => expect(other.status().workingMs).not.toBeNull());
    const error = await tell(db, 'x').catch((thrown) => thrown);
    expect(faultOf(error)).toBe('busy');
    expect(db.status().fault?.fault).toBe('busy');
    end();
    await holding;
    await tell(db, 'x');
    expect(db.status().fault).toBeNull();
    await Promise.all([db.close(), other.close()]);
    await database.drop();
  });

  it('sort and compare by bytes', async () => {
    const database = await makeTestDatabase();
    const db = await open(database.url);
    const codes = ['a', 'B', 'b', 'é', 'z', '中', '文', '_', '1'];
    await db.write((tx) => tx.insert(cities).values(codes.map((code) => ({ code, name: code }))));
    const found = await db.read.select().from(cities).orderBy(asc(cities.code));
    expect(found.map(({ code }) => code)).toEqual(
      [...codes].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    await db.close();
    await database.drop();
  });
});

describe.runIf(onPostgres)('a server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  it.each(['fast', 'immediate'] as const)(
    'that is stopped (%s) and started again loses nothing',
    async (how) => {
      const db = await open(server.url);
      const load = keepWriting(db);
      const before = load.answered.length;
      await vi.waitFor(() => expect(load.answered.length).toBeGreaterThan(before + 100), 10_000);
      await server.stop(how);
      await vi.waitFor(() => expect(load.faults.size).toBeGreaterThan(0), 10_000);
      expect(db.status().fault?.fault).toBe('failed');
      await server.start();
      const then = load.answered.length;
      await vi.waitFor(() => expect(load.answered.length).toBeGreaterThan(then + 100), 20_000);
      await load.stop();
      expect([...load.faults]).toEqual(['failed']);
      expect(db.status().fault).toBeNull();
      const kept = new Set(await subjects(db));
      expect(load.answered.filter((subject) => !kept.has(subject))).toEqual([]);
      expect(await verifyChain(db.read)).toMatchObject({ whole: true });
      await db.close();
    },
    60_000,
  );

  it('whose place a standby takes loses nothing', async () => {
    const standby = await server.addStandby();
    const url = `postgres://postgres@127.0.0.1:${server.port},127.0.0.1:${standby.port}/postgres`;
    const db = await open(url);
    const load = keepWriting(db);
    await vi.waitFor(() => expect(load.answered.length).toBeGreaterThan(100), 20_000);
    await server.stop('immediate');
    await sleep(300);
    standby.promote();
    const then = load.answered.length;
    await vi.waitFor(() => expect(load.answered.length).toBeGreaterThan(then + 100), 30_000);
    await load.stop();
    const kept = new Set(await subjects(db));
    expect(load.answered.filter((subject) => !kept.has(subject))).toEqual([]);
    expect(await verifyChain(db.read)).toMatchObject({ whole: true });
    await db.close();
  }, 90_000);
});

/**
 * The real command rotates the keys of a real server's database while nurses scan, a city uploads and residents authenticate; it is killed
 * half-way, again and again. Nobody meets an error, everything stays readable, and the last run comes to the end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { cardNoOf } from '../../db/demo/fixed-residents.ts';
import { open, tables } from '../../db/index.ts';
import { makeKeys, readKeys, saveKeys } from '../../db/keys.ts';
import { countByKey } from '../../db/reseal.ts';
import { setKeys, unseal } from '../../db/seal.ts';
import { makeTestDatabase, type TestDatabase } from '../../db/test-database.ts';
import { EVIDENCE } from '../../e2e/evidence.ts';
import { type RunningServer, startServer } from '../../e2e/server.ts';
import { authenticated, citizen, indexed, makePhone, typed } from '../city/test-city.ts';
import { fictionalRecord, upload, type WireRecord } from '../exchange/test-exchange.ts';
import { client, codeOf, sessionCookie } from '../test-console.ts';

const KILLS = 4;
const STORED = 6000;
const folder = mkdtempSync(join(tmpdir(), 'console-rotate-'));
const keysFile = join(folder, 'keys.json');
let database: TestDatabase;
let databaseUrl: string;
let server: RunningServer;
/** What the city's uploads say, as they were answered. */
const told = new Map<string, WireRecord>();
let batches = 0;

beforeAll(async () => {
  saveKeys(keysFile, makeKeys(), { fresh: true });
  database = await makeTestDatabase();
  databaseUrl = database.url;
  server = await startServer({
    ...{ databaseUrl, flags: ['--demo', '--api-only'], dataKeys: keysFile },
    logFile: join(EVIDENCE.api, 'rotate.log'),
  });
  for (let from = 0; from < STORED; from += 3000) {
    await send(Array.from({ length: 3000 }, (_, n) => personal(from + n)));
  }
  setKeys(keysFile);
  const db = await open(databaseUrl);
  await db.write((tx) =>
    tx.insert(tables.cityRegister).values(Array.from({ length: 1000 }, (_, n) => indexed(citizen(n)))),
  );
  await db.close();
});
afterAll(async () => {
  await server.stop();
  await database.drop();
  rmSync(folder, { recursive: true });
});

const personal = (n: number): WireRecord => ({ ...fictionalRecord(n), address: `广州市轮换路${n}号` });

async function send(records: WireRecord[]) {
  batches += 1;
  const answer = await upload(server, { cdBatch: `4401261123${String(batches).padStart(9, '0')}`, records });
  expect(await answer.json()).toMatchObject({ total: records.length, accepted: records.length, rejected: 0 });
  for (const record of records) told.set(String(record.id), { ...told.get(String(record.id)), ...record });
}

function keys(args: string[], file = keysFile) {
  const child = spawn(process.execPath, ['dist/keys.command.js', ...args], {
    env: { ...process.env, DATABASE_URL: databaseUrl, DATA_KEYS: file },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      said += data;
    });
  }
  const end = new Promise<{ code: number | null; said: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, said })),
  );
  return { child, end };
}
const kill = (child: ChildProcess) => child.kill('SIGKILL');

const valuesBy = (id: string) => database.look(async (sql) => (await countByKey(sql)).get(id) ?? 0);

/** Nurses, a city and residents, who stop at the first error. */
function work() {
  let stopped = false;
  const done = { lookups: 0, uploads: 0, residents: 0 };
  const until = async (act: (n: number) => Promise<void>) => {
    for (let n = 0; !stopped; n += 1) {
      await act(n);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  };
  const nurse = signIn('nurse');
  const people = [
    until(async (n) => {
      const { outcome } = await (await nurse).scan.lookup.mutate({ code: `${cardNoOf(`exchange:${n % STORED}`)}:1` });
      expect(outcome).toBe('authenticated');
      done.lookups += 1;
    }),
    until(async () => {
      const from = (batches * 997) % STORED;
      const renewed: WireRecord[] = Array.from({ length: 40 }, (_, n) => {
        const at = (from + n * 149) % STORED;
        const news = `13800${String(batches * 40 + n).padStart(6, '0')}`;
        return { ...personal(at), cd_operation: 'u', phone: news, current_address: `深圳市轮换街${batches}号` };
      });
      const added = Array.from({ length: 40 }, (_, n) => personal(STORED + batches * 40 + n));
      await send([...new Map(renewed.map((record) => [record.id, record])).values(), ...added]);
      done.uploads += 1;
    }),
    until(async (n) => {
      if (n < 900) await authenticated(makePhone(server), { ...typed('王新民'), ...citizen(n), nation: '01' });
      done.residents += 1;
    }),
  ];
  return {
    done,
    async stop() {
      stopped = true;
      await Promise.all(people);
    },
  };
}

async function signIn(username: string) {
  const answer = await fetch(`${server.url}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: `demo-${username}` }),
  });
  return client(server.url, sessionCookie(answer));
}

/** Every value in the file is opened, and every record says what its city last told; while it tells more, what never changes. */
async function expectAllReadable({ meanwhile = false } = {}) {
  setKeys(keysFile);
  const db = await open(databaseUrl);
  // What is told while the answer is on its way can't stand in it.
  const until = [...told];
  const stored = await db.read.select().from(tables.records).where(eq(tables.records.cdSource, '4401'));
  const byId = new Map(stored.map((row) => [row.id, row]));
  for (const [id, record] of until) {
    const { idcode, phone, address, current_address: currentAddress } = record;
    expect(byId.get(id)).toMatchObject({ idcode, address, ...(meanwhile ? {} : { phone, currentAddress }) });
  }
  for (const table of [tables.cityRegister, tables.cityResidents, tables.cityOutbox, tables.filings, tables.vouchers]) {
    await db.read.select().from(table);
  }
  await db.close();
}

it(`rotates while everybody works, over ${KILLS} kills`, { timeout: 300_000 }, async () => {
  // As it was before, for the end.
  copyFileSync(keysFile, join(folder, 'before.json'));
  const load = work();
  for (let killed = 0; killed < KILLS; killed += 1) {
    const { child, end } = keys(['rotate']);
    if (killed === 0) {
      // The file has the new key, and no value yet.
      await vi.waitFor(() => expect(readKeys(keysFile).current).toBe('k2'), { timeout: 60_000, interval: 5 });
    } else {
      const before = await valuesBy('k1');
      const moved = async () => expect(await valuesBy('k1')).toBeLessThan(before - 1500);
      await vi.waitFor(moved, { timeout: 60_000, interval: 1 });
    }
    kill(child);
    expect((await end).code).toBe(null);
    // No other key, however often it is begun.
    expect(Object.keys(readKeys(keysFile).keys)).toEqual(['k1', 'k2']);
    expect(await valuesBy('k1')).toBeGreaterThan(0);
    await expectAllReadable({ meanwhile: true });
  }
  const { code, said } = await keys(['rotate']).end;
  await load.stop();
  expect(said).toContain('rows are sealed by k2');
  expect(code).toBe(0);
  expect((await database.look(countByKey)).size).toBe(1);
  expect(await valuesBy('k2')).toBeGreaterThan(STORED * 5);
  await expectAllReadable();
  for (const count of Object.values(load.done)) expect(count).toBeGreaterThan(20);
});

it('takes the old key out of the file, and the server goes on without it', { timeout: 120_000 }, async () => {
  const province = await signIn('province');
  expect(await keys(['list']).end).toMatchObject({
    code: 0,
    said: expect.stringMatching(/k1 +0 values\nk2 +\d+ values {2}current/),
  });
  expect(await keys(['prune']).end).toMatchObject({ code: 0, said: expect.stringContaining('took out k1') });
  expect(Object.keys(readKeys(keysFile).keys)).toEqual(['k2']);
  expect((await keys(['prune']).end).said).toContain('every key of the file is in use');
  await expectAllReadable();
  const [id, record] = [...told].at(-1) ?? [];
  const found = await province.records.browse.mutate({ search: { by: 'phone', text: String(record?.phone) } });
  expect(found.items.map((item) => item.id)).toContain(id);
  await server.stop();
  const start = (dataKeys: string) =>
    startServer({ databaseUrl, flags: ['--demo', '--api-only'], dataKeys, logFile: join(EVIDENCE.api, 'rotate.log') });
  // Nobody starts with what was before.
  await expect(start(join(folder, 'before.json'))).rejects.toThrow('ended with 1');
  server = await start(keysFile);
  const nurse = await signIn('nurse');
  expect(await codeOf(nurse.scan.lookup.mutate({ code: `${cardNoOf('exchange:1')}:1` }))).toBe('ok');
});

it('is refused with another file than the database was sealed with, and leaves both as they are', async () => {
  const other = join(folder, 'other.json');
  const ring = { ...makeKeys(), current: 'k2', keys: { k2: makeKeys().index } };
  saveKeys(other, ring, { fresh: true });
  const proofs = () => database.look((sql) => sql.all('SELECT * FROM data_keys ORDER BY id'));
  const before = await proofs();
  for (const command of ['rotate', 'prune']) {
    const { code, said } = await keys([command], other).end;
    expect([code, said]).toEqual([1, expect.stringContaining('is another than the database was sealed with')]);
  }
  expect(readKeys(other)).toEqual(ring);
  expect(await proofs()).toEqual(before);
});

it('leaves what somebody changed by hand as it is, names it, and keeps its key', { timeout: 120_000 }, async () => {
  const wrong =
    "UPDATE authentication_records SET phone = substr(phone, 1, 40) || 'AAAA' || substr(phone, 45) WHERE seq = ?";
  await database.look((sql) => sql.run(wrong, [7]));
  const { code, said } = await keys(['rotate']).end;
  expect(code).toBe(1);
  expect(said).toContain('authentication_records 7');
  expect((await keys(['prune']).end).said).toContain('every key of the file is in use');
  const row = 'SELECT phone, address FROM authentication_records WHERE seq = 8';
  const [{ phone, address } = { phone: '', address: '' }] = await database.look((sql) =>
    sql.all<{ phone: string; address: string }>(row),
  );
  setKeys(keysFile);
  expect([phone, address].map((value) => value.slice(0, 3))).toEqual(['k3.', 'k3.']);
  expect(unseal(address)).toMatch(/轮换路|示例|演示|样板|虚构/);
});

/** Batches that are opened, and that are refused as a whole: too large for a proxy before the province, or under a number that can't be theirs. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tables } from '../../db/index.ts';
import { startTestConsole, type TestConsole } from '../test-console.ts';
import { openBatch } from './outbox-batch.ts';
import { authenticated, citizen, indexed, makePhone, typed } from './test-city.ts';

const { cityOutbox, cityRegister } = tables;
const PEOPLE = 8;

/** What the proxy says to a batch instead of passing it on; null: it passes it on. */
let refuse: (rows: number) => { status: number; text: string } | null;
/** How many rows each batch had, and whether it was passed on. */
let seen: { rows: number; passed: boolean }[];
let site: TestConsole;
let close: () => Promise<void>;

async function read(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

async function passOn(request: IncomingMessage, response: ServerResponse) {
  const body = await read(request);
  const batch = request.method === 'POST';
  const rows = batch ? gunzipSync(body).toString().split('\n').length : 0;
  const refusal = batch ? refuse(rows) : null;
  if (batch) seen.push({ rows, passed: !refusal });
  if (refusal) return void response.writeHead(refusal.status).end(refusal.text);
  const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers;
  const answer = await fetch(site.url + request.url, {
    method: request.method ?? '',
    headers: headers as Record<string, string>,
    ...(batch ? { body: new Uint8Array(body) } : {}),
  });
  response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
}

beforeEach(async () => {
  seen = [];
  refuse = () => null;
  const proxy = createServer((request, response) => void passOn(request, response));
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  site = await startTestConsole({
    city: { uploadSeconds: 1, exchange: { url, appId: 'demo-4401', secret: 'demo-secret-4401' } },
  });
  close = async () => {
    await site.close();
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  };
  const people = Array.from({ length: PEOPLE }, (_, n) => citizen(n));
  await site.db.write((tx) => tx.insert(cityRegister).values(people.map(indexed)));
  for (const person of people) await authenticated(makePhone(site), { ...typed('王新民'), ...person });
});
afterEach(() => close());

const rows = () => site.db.read.select().from(cityOutbox).orderBy(cityOutbox.id);
const outbox = async () => (await site.as('city')).city.outbox.query({});
const allAccepted = () =>
  vi.waitFor(
    async () => {
      const states = (await rows()).map(({ state }) => state);
      expect(states).toEqual(Array.from({ length: PEOPLE }, () => 'accepted'));
    },
    { timeout: 30_000, interval: 50 },
  );
const failed = (code: string) =>
  vi.waitFor(
    async () => {
      const { upload } = await outbox();
      expect(upload).toMatchObject({ lastError: { code }, lastSuccessAt: null });
      expect(upload.nextTryAt).not.toBeNull();
    },
    { timeout: 30_000, interval: 20 },
  );

describe('a batch that is too large', () => {
  it.each([
    ['the province', JSON.stringify({ code: 'TOO_LARGE', message: '内容过大' })],
    ['a proxy', '<html><h1>413 Request Entity Too Large</h1></html>'],
  ])('for %s goes in halves', async (_, text) => {
    refuse = (length) => (length > 3 ? { status: 413, text } : null);
    site.city.startUploads(site.url);
    await allAccepted();
    expect(seen).toEqual([
      ...[8, 4].map((length) => ({ rows: length, passed: false })),
      ...[2, 2, 2, 2].map((length) => ({ rows: length, passed: true })),
    ]);
    const sent = (await rows()).map(({ cdBatch }) => cdBatch);
    expect(new Set(sent).size).toBe(4);
    expect(sent).toEqual([...sent].sort());
    expect((await outbox()).upload).toMatchObject({ lastError: null, lastSuccessAt: expect.any(String) });
  });

  it('with a single row stands, and goes on once there is room', async () => {
    refuse = () => ({ status: 413, text: '' });
    site.city.startUploads(site.url);
    await failed('TOO_LARGE');
    expect(seen.map((batch) => batch.rows)).toEqual([8, 4, 2, 1]);
    const { counts, upload } = await outbox();
    expect(counts).toMatchObject({ waiting: 7, sent: 1 });
    expect(upload.lastError?.message).toBe('省平台拒绝了请求:内容过大(413)');
    refuse = () => null;
    await allAccepted();
  });
});

describe('a number', () => {
  it('that is taken is changed five times, and then it is a failure with its pause', async () => {
    refuse = () => ({ status: 409, text: JSON.stringify({ code: 'BATCH_CONFLICT', message: '已用于其他内容' }) });
    site.city.startUploads(site.url);
    await failed('BATCH_CONFLICT');
    expect(seen).toHaveLength(5);
    refuse = () => null;
    await allAccepted();
    expect((await outbox()).upload).toMatchObject({ lastError: null, lastSuccessAt: expect.any(String) });
  });

  it('under a wrong code of the city is forgotten once that is corrected', async () => {
    await site.db.write((tx) => tx.update(cityOutbox).set({ state: 'sent', cdBatch: '9901991231235959001' }));
    site.city.startUploads(site.url);
    await allAccepted();
    expect((await rows()).map(({ cdBatch }) => cdBatch?.slice(0, 4))).toEqual(Array(PEOPLE).fill('4401'));
    expect(seen).toHaveLength(2);
    await authenticated(makePhone(site), typed('王新民'));
    await vi.waitFor(async () => expect((await rows()).at(-1)?.state).toBe('accepted'), 20_000);
    expect((await rows()).at(-1)?.cdBatch).toMatch(/^4401/);
  });

  it('of another credential’s city is told as what it is', async () => {
    refuse = () => ({ status: 403, text: JSON.stringify({ code: 'WRONG_SOURCE', message: '批次号前 4 位不符' }) });
    site.city.startUploads(site.url);
    await failed('WRONG_SOURCE');
  });
});

it('sends nothing that was left unsaid after it was read', async () => {
  const opening = openBatch(site.db, '4401');
  // Read by now, and not yet marked.
  while (site.db.status().waiting === 0) await nextTurn();
  await site.db.write((tx) => tx.update(cityOutbox).set({ state: 'unsaid', record: null }));
  expect(await opening).toBeNull();
  expect(await rows()).toMatchObject(Array(PEOPLE).fill({ state: 'unsaid', cdBatch: null }));
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDurable } from './durable.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'console-durable-'));
  path = join(folder, 'test.db-wal');
  writeFileSync(path, '');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A disk that answers when it is told to. */
function makeDisk() {
  const asked: { done(): void; fail(): void }[] = [];
  const sync = () =>
    new Promise<void>((resolve, reject) => {
      asked.push({ done: resolve, fail: () => reject(new Error('EIO')) });
    });
  return { asked, sync };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('waits for the disk twice at once, and lets whoever comes meanwhile wait for the next turn together', async () => {
  const { asked, sync } = makeDisk();
  const wal = makeDurable(path, sync);
  const ended: string[] = [];
  const wait = (name: string) => wal.durable().then(() => ended.push(name));
  void wait('first');
  await turn();
  void wait('second');
  void wait('with the second');
  await turn();
  void wait('third');
  await turn();
  void wait('with the third');
  await turn();
  expect(asked).toHaveLength(2);
  expect(ended).toEqual([]);
  // Whichever ends first.
  asked[1]?.done();
  await turn();
  expect(ended).toEqual(['second', 'with the second']);
  expect(asked).toHaveLength(3);
  asked[0]?.done();
  asked[2]?.done();
  await turn();
  expect(ended).toEqual(['second', 'with the second', 'first', 'third', 'with the third']);
  await wal.close();
});

it('tells everybody who waits of a failure, also who would have been told of none', async () => {
  const { asked, sync } = makeDisk();
  const wal = makeDurable(path, sync);
  const first = wal.durable();
  await turn();
  const second = wal.durable();
  await turn();
  const third = wal.durable();
  asked[1]?.fail();
  await expect(second).rejects.toThrow('the disk failed');
  asked[0]?.done();
  await expect(first).rejects.toThrow('the disk failed');
  await expect(third).rejects.toThrow('the disk failed');
  expect(asked).toHaveLength(2);
  await wal.close();
});

it('believes a disk no more that failed once', async () => {
  const { asked, sync } = makeDisk();
  const wal = makeDurable(path, sync);
  const first = wal.durable();
  await turn();
  asked[0]?.fail();
  const second = wal.durable();
  await expect(first).rejects.toThrow('the disk failed');
  await expect(second).rejects.toThrow('the disk failed');
  expect(() => wal.check()).toThrow('the disk failed');
  await expect(wal.durable()).rejects.toThrow('the disk failed');
  expect(asked).toHaveLength(1);
  await wal.close();
});

it('tells whether the disk has room for one more', async () => {
  const { asked, sync } = makeDisk();
  const wal = makeDurable(path, sync);
  const first = wal.durable();
  await turn();
  expect(wal.busy()).toBeNull();
  const second = wal.durable();
  await turn();
  const busy = wal.busy();
  expect(busy).not.toBeNull();
  asked[0]?.done();
  await Promise.all([busy, first]);
  expect(wal.busy()).toBeNull();
  const third = wal.durable();
  await turn();
  const failing = wal.busy();
  expect(failing).not.toBeNull();
  asked[2]?.fail();
  await expect(third).rejects.toThrow('the disk failed');
  // Whoever waits for it is told by what is waited for next.
  await failing;
  expect(wal.busy()).toBeNull();
  asked[1]?.done();
  await expect(second).rejects.toThrow('the disk failed');
  await wal.close();
});

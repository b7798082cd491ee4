import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gt } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Db, isOneOf, open, type Transaction, tables, type WriteOptions } from './index.ts';
import { makeTestDatabase, onPostgres, type TestDatabase } from './test-database.ts';

const { auditEvents, cities } = tables;
const COLUMNS = ['at', 'action', 'outcome', 'actor', 'actorRole', 'requestId', 'subject'] as const;
let folder: string;
let database: TestDatabase;
let db: Db;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'console-db-'));
  database = await makeTestDatabase(join(folder, 'new/folder/test.db'));
  db = await open(database.url);
});
afterEach(async () => {
  vi.useRealTimers();
  await db.close();
  await database.drop();
  rmSync(folder, { recursive: true });
});

const add = (tx: Transaction, code: string) => tx.insert(cities).values({ code, name: code });
const codes = async () => (await db.read.select().from(cities)).map((row) => row.code).sort();

describe('db.write', () => {
  it('leaves nothing behind when the work throws, however late', async () => {
    const work = db.write(async (tx) => {
      await add(tx, '4401');
      await new Promise((resolve) => setTimeout(resolve, 20));
      await add(tx, '4403');
      throw new Error('pulled out');
    });
    await expect(work).rejects.toThrow('pulled out');
    expect(await codes()).toEqual([]);
  });

  it('leaves nothing behind when a statement fails', async () => {
    const work = db.write(async (tx) => {
      await add(tx, '4401');
      await add(tx, '4401');
    });
    await expect(work).rejects.toThrow();
    expect(await codes()).toEqual([]);
    await db.write((tx) => add(tx, '4401'));
    expect(await codes()).toEqual(['4401']);
  });

  it('lets writers take turns: none sees another half done', async () => {
    const seen: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        db.write(async (tx) => {
          seen.push(await tx.$count(cities));
          await add(tx, `1${n}a`);
          await new Promise((resolve) => setTimeout(resolve, 1));
          await add(tx, `1${n}b`);
        }),
      ),
    );
    expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => n * 2));
  });

  it('lets a throw among many take nobody along', async () => {
    const works = Array.from({ length: 50 }, (_, n) =>
      db.write(async (tx) => {
        await add(tx, `${1000 + n}`);
        if (n % 3 === 0) throw new Error('pulled out');
      }),
    );
    const ends = await Promise.allSettled(works);
    expect(ends.map(({ status }) => status === 'rejected')).toEqual(ends.map((_, n) => n % 3 === 0));
    expect(await codes()).toEqual(ends.flatMap((_, n) => (n % 3 === 0 ? [] : [`${1000 + n}`])));
  });

  it('commits together what stands in the queue together, and waits once for the disk', async () => {
    const waits: number[] = [];
    await db.close();
    const watch = { waited() {}, synced: (ms: number) => void waits.push(ms) };
    db = await open(database.url, { watch });
    await Promise.all(Array.from({ length: 60 }, (_, n) => db.write((tx) => add(tx, `${1000 + n}`))));
    expect(await codes()).toHaveLength(60);
    // The first may have begun alone; PostgreSQL answers each statement from another process, which may be slow.
    expect(waits.length).toBeLessThanOrEqual(onPostgres ? 20 : 3);
  });

  it('gathers what may wait: one commit of writes that come one after another, behind whoever may not', async () => {
    const waits: number[] = [];
    await db.close();
    const watch = { waited() {}, synced: (ms: number) => void waits.push(ms) };
    db = await open(database.url, { watch });
    // A machine that stands still must not end their time before all of them have come.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const order: string[] = [];
    const write = (code: string, gather: boolean) =>
      db.write(
        async (tx) => {
          order.push(code);
          await add(tx, code);
          if (code === '1003') throw new Error('pulled out');
        },
        { gather },
      );
    const works = [];
    for (const code of ['1001', '1002', '1003', '1004']) {
      works.push(write(code, true));
      await nextTurn();
    }
    const settled = Promise.allSettled(works);
    await write('2001', false);
    vi.advanceTimersByTime(20);
    const ends = await settled;
    vi.useRealTimers();
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    // All once more after the throw, as what one of them wrote can't be taken back by itself.
    expect(order).toEqual(['2001', '1001', '1002', '1003', '1001', '1002', '1003', '1004']);
    expect(await codes()).toEqual(['1001', '1002', '1004', '2001']);
    expect(waits).toHaveLength(2);
    // Who closes does not leave anybody waiting.
    const last = write('1005', true);
    await db.close();
    await last;
    db = await open(database.url);
    expect(await codes()).toContain('1005');
  });

  // PostgreSQL's COMMIT is durable at once: there nothing is under way between one hasty write and the next, which goes first anyway.
  it.skipIf(onPostgres)(
    'begins nothing that gathers or is patient while hasty ones wait for the disk, for a while',
    async () => {
      const asked = performance.now();
      const begun: number[] = [];
      const kind = (options: WriteOptions, code: string) =>
        db.write((tx) => {
          begun.push(performance.now() - asked);
          return add(tx, code);
        }, options);
      const others = Promise.all([kind({ gather: true }, '1001'), kind({ patient: true }, '1002')]);
      let ended = false;
      const theirs = others.finally(() => {
        ended = true;
      });
      let hasty = 0;
      for (; !ended; hasty += 1) await db.write((tx) => add(tx, `h${hasty}`));
      await theirs;
      // Not at once, nor never.
      expect(Math.min(...begun)).toBeGreaterThanOrEqual(69);
      expect(await codes()).toHaveLength(hasty + 2);
    },
  );

  it('tells of a lull once no hasty write is under way, or at the deadline', async () => {
    const [soon, never] = [performance.now(), performance.now() + 600_000];
    await db.lull(never);
    let end: (() => void) | undefined;
    const hasty = db.write(
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    );
    const order: string[] = [];
    const lull = db.lull(never).then(() => order.push('lull'));
    await db.lull(soon);
    expect(order).toEqual([]);
    await vi.waitFor(() => expect(end).toBeDefined());
    end?.();
    await hasty.then(() => order.push('hasty'));
    await lull;
    expect(order).toEqual(['hasty', 'lull']);
  });

  it.skipIf(onPostgres)(
    'tells each of a group whose transaction a fault ended, keeps nothing of it, and goes on',
    async () => {
      // What SQLite does itself when the disk is full.
      await database.run(`CREATE TRIGGER fault BEFORE INSERT ON cities WHEN new.code = '1005'
      BEGIN SELECT RAISE(ROLLBACK, 'the transaction is gone'); END`);
      const works = Array.from({ length: 10 }, (_, n) => db.write((tx) => add(tx, `${1000 + n}`)));
      const ends = await Promise.allSettled(works);
      const kept = await codes();
      expect(kept).toEqual(ends.flatMap(({ status }, n) => (status === 'fulfilled' ? [`${1000 + n}`] : [])));
      expect(kept).not.toContain('1004');
      expect(kept.slice(-4)).toEqual(['1006', '1007', '1008', '1009']);
    },
  );

  it('hides what is not committed from readers', async () => {
    await db.write(async (tx) => {
      await add(tx, '4401');
      expect(await codes()).toEqual([]);
    });
    expect(await codes()).toEqual(['4401']);
  });

  it('refuses to wait for itself', async () => {
    const work = db.write(() => db.write((tx) => add(tx, '4401')));
    await expect(work).rejects.toThrow('inside db.write');
  });

  it('keeps references true', async () => {
    const orphan = db.write((tx) =>
      tx.insert(tables.voucherSerials).values({ siteCode: '0000000000', day: '2026-01-01', lastSerial: 1 }),
    );
    await expect(orphan).rejects.toThrow();
  });
});

describe('many at once', () => {
  it('inserts rows and tells their keys, in their order', async () => {
    const rows = Array.from({ length: 1200 }, (_, n) => ['now', 'test', 'ok', 'a', 'b', 'c', n % 2 ? null : `s${n}`]);
    const insertion = db.write(async (tx) => {
      await tx.insertMany(auditEvents, COLUMNS, rows.slice(0, 3));
      return tx.insertMany(auditEvents, COLUMNS, rows);
    });
    const keys = await insertion;
    const kept = await db.read.select().from(auditEvents).where(gt(auditEvents.id, 3)).orderBy(auditEvents.id);
    expect(kept.map((row) => row.id)).toEqual(keys);
    expect(kept.map((row) => row.subject)).toEqual(rows.map((row) => row.at(-1)));
  });

  it('inserts all or nothing', async () => {
    const rows = [
      ['now', 'test', 'ok', 'a', 'b', 'c', null],
      [null, 'test', 'ok', 'a', 'b', 'c', null],
    ];
    await expect(db.write((tx) => tx.insertMany(auditEvents, COLUMNS, rows))).rejects.toThrow(/not[ -]null/i);
    expect(await db.read.$count(auditEvents)).toBe(0);
  });

  it('finds what is one of many, whatever stands in it', async () => {
    const odd = ['440"1', "44'01", '44\\01', '广州'];
    await db.write((tx) => tx.insert(cities).values([...odd, '4401'].map((code) => ({ code, name: code }))));
    const found = await db.read.select().from(cities).where(isOneOf(cities.code, odd));
    expect(found.map((row) => row.code).sort()).toEqual([...odd].sort());
    expect(await db.read.select().from(cities).where(isOneOf(cities.code, []))).toEqual([]);
  });
});

describe('open', () => {
  it('opens what it made before', async () => {
    await db.write((tx) => add(tx, '4401'));
    await db.close();
    db = await open(database.url);
    expect(await codes()).toEqual(['4401']);
  });

  it.skipIf(onPostgres)(
    'brings what was committed into the file while it is open',
    async () => {
      const file = join(folder, 'new/folder/test.db');
      const rows = Array.from({ length: 1000 }, () => ['now', 'test', 'ok', 'a', 'b', 'c', 'x'.repeat(100)]);
      await db.write((tx) => tx.insertMany(auditEvents, COLUMNS, rows));
      const before = statSync(file).size;
      await expect.poll(() => statSync(file).size, { timeout: 20_000 }).toBeGreaterThan(before);
    },
    30_000,
  );

  it('refuses what is no database, and other kinds of address', async () => {
    const file = join(folder, 'letter.txt');
    writeFileSync(file, 'Dear operator, this is a letter and not a database. '.repeat(100));
    await expect(open(`file:${file}`)).rejects.toThrow();
    await expect(open('mysql://localhost/x')).rejects.toThrow('DATABASE_URL');
  });
});

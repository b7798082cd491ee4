import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Db, open, type Transaction, tables } from './index.ts';

const { cities } = tables;
let folder: string;
let db: Db;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'console-db-'));
  db = open(`file:${join(folder, 'new/folder/test.db')}`);
});
afterEach(async () => {
  await db.close();
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

describe('open', () => {
  it('opens what it made before', async () => {
    await db.write((tx) => add(tx, '4401'));
    await db.close();
    db = open(`file:${join(folder, 'new/folder/test.db')}`);
    expect(await codes()).toEqual(['4401']);
  });

  it('refuses what is no database, and other kinds of address', () => {
    const file = join(folder, 'letter.txt');
    writeFileSync(file, 'Dear operator, this is a letter and not a database. '.repeat(100));
    expect(() => open(`file:${file}`)).toThrow();
    expect(() => open('mysql://localhost/x')).toThrow('DATABASE_URL');
  });
});

/** A SQLite installation moved to PostgreSQL by the real command, killed on the way. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open, tables } from '../../db/index.ts';
import { openSql } from '../../db/sql.ts';
import { makeTestDatabase, onPostgres, type TestDatabase } from '../../db/test-database.ts';
import { cardOf, fillRecords } from '../../e2e/load/fill.ts';
import { verifyChain } from '../audit/chain.ts';
import { recordEvent } from '../audit/record-event.ts';
import { findByCard } from '../records/find-by-card.ts';

const RECORDS = 30_000;
const actor = { kind: 'system' as const, program: 'test', requestId: 'request' };
const command = (...args: string[]) => ['dist/db.command.js', ...args];

it('says in one line what it takes', () => {
  const run = (...args: string[]) => spawnSync(process.execPath, command(...args), { encoding: 'utf8' });
  expect(run('copy')).toMatchObject({ status: 1, stderr: expect.stringContaining('usage: npm run db') });
  expect(run('copy', 'file:a.db', 'file:b.db')).toMatchObject({
    status: 1,
    stderr: 'db: a copy goes from file:PATH to postgres://…\n',
  });
});

describe.runIf(onPostgres)('a copy to PostgreSQL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'console-copy-'));
  const file = `file:${join(folder, 'console.db')}`;
  let target: TestDatabase;
  beforeAll(async () => {
    await fillRecords(file, RECORDS, () => {});
    target = await makeTestDatabase();
  }, 60_000);
  afterAll(async () => {
    await target.drop();
    rmSync(folder, { recursive: true });
  });
  const run = (to = target.url) => spawnSync(process.execPath, command('copy', file, to), { encoding: 'utf8' });

  it('goes on where it was killed, and ends equal; what it copied works on', async () => {
    const sql = await openSql(target.url);
    const copied = async () =>
      (await sql.all<{ rows: number }>('SELECT sum(rows) AS rows FROM copy_progress').catch(() => []))[0]?.rows ?? 0;
    let reached = 0;
    for (let kill = 1; kill <= 3; kill += 1) {
      const child = spawn(process.execPath, command('copy', file, target.url), { stdio: 'ignore' });
      const gone = new Promise((resolve) => child.once('exit', resolve));
      // Somewhere behind where it was, in another quarter of the way: in a lot, or between two.
      while ((await copied()) <= Math.max(reached, ((kill - 1) * RECORDS) / 4)) await sleep(5);
      await sleep(Math.random() * 30);
      child.kill('SIGKILL');
      await gone;
      expect(await copied()).toBeGreaterThan(reached);
      reached = await copied();
    }
    expect(reached).toBeLessThan(RECORDS);
    const ended = run();
    expect(ended).toMatchObject({ status: 0, stdout: expect.stringContaining('every table is equal') });
    expect(ended.stdout).toMatch(/^[0-9a-f]{16} 30\d{3} authentication_records$/m);
    expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining('in use already') });
    await sql.close();

    const db = await open(target.url);
    expect(await db.unlock()).toEqual({ sealed: 0 });
    expect(await findByCard(db.read, cardOf(RECORDS - 1))).toMatchObject({ authenticated: true });
    await db.write((tx) => recordEvent(tx, actor, { action: 'record.open', outcome: 'ok', subject: 'after' }));
    expect(await verifyChain(db.read)).toMatchObject({ whole: true });
    // Keys that the database gives go on behind the others.
    const [row] = await db.read.select().from(tables.records).where(eq(tables.records.id, 'load-000000001'));
    const { seq: _, ...record } = row as NonNullable<typeof row>;
    await db.write((tx) => tx.insert(tables.records).values({ ...record, id: 'after' }));
    await db.close();
  }, 120_000);

  it('finds a difference', async () => {
    const other = await makeTestDatabase();
    const sql = await openSql(other.url);
    const child = spawn(process.execPath, command('copy', file, other.url), { stdio: 'ignore' });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    while (!(await sql.all('SELECT 1 FROM authentication_records LIMIT 1').catch(() => [])).length) await sleep(5);
    child.kill('SIGKILL');
    await gone;
    await sql.run("UPDATE cities SET name = 'elsewhere' WHERE code = (SELECT min(code) FROM cities)");
    await sql.close();
    expect(run(other.url)).toMatchObject({ status: 1, stderr: expect.stringContaining('table cities differs') });
    await other.drop();
  }, 120_000);
});

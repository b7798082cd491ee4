/** Whoever changes, removes, adds or moves a row of the audit trail by hand is found, and the first such row is named. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Db, open } from '../../db/index.ts';
import { makeTestDatabase, type TestDatabase } from '../../db/test-database.ts';
import { rollUp } from '../figures/roll-up.ts';
import { verifyChain } from './chain.ts';
import { recordEvent } from './record-event.ts';

const EVENTS = 40;
let whole: TestDatabase;
const made: TestDatabase[] = [];
const actor = { kind: 'system' as const, program: 'test', requestId: 'request' };

const tell = (db: Db, n: number) =>
  db.write((tx) =>
    recordEvent(tx, actor, { action: 'record.open', outcome: 'ok', subject: `subject ${n}`, detail: 'x' }),
  );

beforeAll(async () => {
  whole = await makeTestDatabase();
  made.push(whole);
  const db = await open(whole.url);
  for (let n = 1; n <= EVENTS; n += 1) await tell(db, n);
  await db.close();
});
afterAll(async () => {
  for (const each of made) await each.drop();
});

/** An empty one. */
async function openNew(): Promise<Db> {
  const database = await makeTestDatabase();
  made.push(database);
  return open(database.url);
}

/** What the operator's command says of a database. */
async function verify(url: string): Promise<{ code: number; said: string }> {
  const run = promisify(execFile)('node', ['dist/verify.command.js'], {
    env: { ...process.env, DATABASE_URL: url },
  });
  return run.then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    ({ code, stderr }) => ({ code, said: stderr.split('\n')[0] }),
  );
}

/** A copy of the database, with SQL done to it by hand. */
async function tampered(sql: string): Promise<string> {
  const copy = await whole.copy();
  made.push(copy);
  await copy.run(...sql.split(';'));
  return copy.url;
}

/** The same in this process: as a command each would take a second. */
async function verdictOn(sql: string) {
  const db = await open(await tampered(sql));
  const verdict = await verifyChain(db.read);
  await db.close();
  return verdict;
}

describe('npm run audit:verify', () => {
  it('finds a trail whole', async () => {
    expect(await verify(whole.url)).toEqual({
      code: 0,
      said: expect.stringMatching(/^the audit trail is whole: 40 rows, head [0-9a-f]{64}\n$/),
    });
  });

  it('names the first bad row', async () => {
    const url = await tampered("UPDATE audit_events SET outcome = 'FORBIDDEN' WHERE id IN (17, 30)");
    expect(await verify(url)).toEqual({
      code: 1,
      said: 'audit:verify: the audit trail is broken: row 17 was changed after it was written',
    });
  });

  it('says so where there is no database, and makes none', async () => {
    const none = `${whole.url}-none`;
    expect(await verify(none)).toMatchObject({ code: 1 });
    expect(await verify(none)).toMatchObject({ code: 1 });
  });
});

describe('a row', () => {
  it.each(['at', 'action', 'outcome', 'actor', 'actor_role', 'site_code', 'subject', 'detail', 'request_id', 'hash'])(
    'whose %s was changed is found',
    async (column) => {
      expect(await verdictOn(`UPDATE audit_events SET ${column} = 'forged' WHERE id = 9`)).toEqual({
        whole: false,
        row: 9,
        fault: 'changed',
      });
    },
  );

  it.each(['subject', 'detail'])('whose %s was emptied is found', async (column) => {
    expect(await verdictOn(`UPDATE audit_events SET ${column} = NULL WHERE id = 9`)).toMatchObject({
      row: 9,
    });
  });

  it.each([
    ['the first', 1],
    ['one in the middle', 20],
    ['the last', EVENTS],
  ])('that was deleted is found: %s', async (_, id) => {
    expect(await verdictOn(`DELETE FROM audit_events WHERE id = ${id}`)).toEqual({
      whole: false,
      row: id,
      fault: 'missing',
    });
  });

  it('after which all others were deleted is found', async () => {
    expect(await verdictOn('DELETE FROM audit_events WHERE id > 30')).toEqual({
      whole: false,
      row: 31,
      fault: 'missing',
    });
    expect(await verdictOn('DELETE FROM audit_events')).toEqual({ whole: false, row: 1, fault: 'missing' });
  });

  it('that was put in by hand is found, wherever', async () => {
    const copy = (id: number) =>
      `INSERT INTO audit_events SELECT ${id}, at, action, outcome, actor, actor_role, site_code, subject, detail, request_id, hash, searchable
       FROM audit_events WHERE id = 5`;
    expect(await verdictOn(copy(EVENTS + 1))).toMatchObject({ row: EVENTS + 1 });
    expect(await verdictOn(copy(0))).toEqual({ whole: false, row: 0, fault: 'added' });
    expect(await verdictOn(copy(-7))).toEqual({ whole: false, row: -7, fault: 'added' });
  });

  it('that was taken out of the indexes is found', async () => {
    const copy = await whole.copy();
    made.push(copy);
    const db = await open(copy.url);
    await rollUp(db);
    expect(await verifyChain(db.read)).toMatchObject({ whole: true });
    await copy.run('UPDATE audit_events SET searchable = 0 WHERE id = 9');
    expect(await verifyChain(db.read)).toEqual({ whole: false, row: 9, fault: 'hidden' });
    await copy.run('UPDATE audit_events SET searchable = 1', 'UPDATE figures_head SET last_id = 1000');
    expect(await verifyChain(db.read)).toEqual({ whole: false, row: EVENTS + 1, fault: 'hidden' });
    await db.close();
  });

  it('that changed places with another is found', async () => {
    const swap = (shift: string) =>
      `UPDATE audit_events SET id = -id WHERE id IN (11, 12); UPDATE audit_events SET id = ${shift} WHERE id < 0`;
    expect(await verdictOn(swap('23 + id'))).toEqual({ whole: false, row: 11, fault: 'changed' });
  });

  it('that was chained to another head is found', async () => {
    expect(await verdictOn("UPDATE audit_head SET hash = 'forged'")).toMatchObject({ whole: false, row: EVENTS });
    expect(await verdictOn('DELETE FROM audit_head')).toMatchObject({ whole: false });
  });
});

it('events of many at once make one chain, and are found whole while they are written', async () => {
  const db = await openNew();
  const writing = Promise.all(Array.from({ length: 300 }, (_, n) => tell(db, n)));
  expect((await verifyChain(db.read)).whole).toBe(true);
  await writing;
  expect(await verifyChain(db.read)).toMatchObject({ whole: true, count: 300 });
  await db.close();
});

it('an event that the database does not take is told to whoever wrote it, and takes nobody along', async () => {
  const db = await openNew();
  const bad = { action: 'record.open', outcome: null as never, subject: 'nobody' } as const;
  const writes = Array.from({ length: 20 }, (_, n) =>
    n === 7 ? db.write((tx) => recordEvent(tx, actor, bad)) : tell(db, n),
  );
  const ends = await Promise.allSettled(writes);
  expect(ends.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([7]);
  expect(await verifyChain(db.read)).toMatchObject({ whole: true, count: 19 });
  await db.close();
});

it('half of a character is hashed as it is stored', async () => {
  const db = await openNew();
  const halves = { subject: '\udc00 subject', detail: 'a reason \ud83d' };
  await db.write((tx) => recordEvent(tx, actor, { action: 'record.open', outcome: 'ok', ...halves }));
  expect(await verifyChain(db.read)).toMatchObject({ whole: true, count: 1 });
  await db.close();
});

it('rows of a version before the chain are chained by the next event', async () => {
  const url = await tampered("UPDATE audit_events SET hash = NULL; UPDATE audit_head SET last_id = 0, hash = ''");
  const db = await open(url);
  await tell(db, EVENTS + 1);
  expect(await verifyChain(db.read)).toMatchObject({ whole: true, count: EVENTS + 1 });
  await db.close();
});

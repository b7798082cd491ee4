/** What is too old goes, the rest stays, and the audit trail verifies before, meanwhile and afterwards. */
import { spawnSync } from 'node:child_process';
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fillDemo } from '../../db/demo/fill.ts';
import { demoRecords } from '../../db/demo/records.ts';
import { type Db, indexesOf, open, tables } from '../../db/index.ts';
import { makeTestDatabase, onPostgres, type TestDatabase } from '../../db/test-database.ts';
import { verifyChain } from '../audit/chain.ts';
import { recordEvent } from '../audit/record-event.ts';
import { rollUp } from '../figures/roll-up.ts';
import { facetsIn } from '../records/facets.ts';
import { shanghaiDay, shanghaiTime } from '../time.ts';
import { countExpired, type Retention, removeExpired } from './retention.ts';

const DAYS: Retention = { audit: 180, vouchers: 30, issues: 20, withdrawn: 40, outbox: 10, sessions: 1 };
const OLD_EVENTS = 4000;
const actor = { kind: 'system' as const, program: 'test', requestId: 'request' };
const now = new Date();
const daysAgo = (days: number) => new Date(now.getTime() - days * 24 * 60 * 60 * 1000);
let db: Db;
let database: TestDatabase;

beforeEach(async () => {
  database = await makeTestDatabase();
  db = await open(database.url);
  vi.useFakeTimers({ toFake: ['Date'], now: daysAgo(400) });
  await db.write(async (tx) => {
    for (let n = 0; n < OLD_EVENTS; n += 1) {
      await recordEvent(tx, actor, { action: 'record.open', outcome: 'ok', subject: `old ${n}` });
    }
  });
  vi.useRealTimers();
  await fillDemo(db, 'a-secret-of-these-tests-and-of-nothing-else');
  await fillOld();
  await rollUp(db);
});
afterEach(async () => {
  await db.close();
  await database.drop();
});

/** Of each kind some that are too old and some that are not. */
async function fillOld() {
  const [nurse] = await db.read.select().from(tables.staff).where(eq(tables.staff.username, 'nurse'));
  const issuedBy = nurse?.id ?? '';
  const model = demoRecords()[0];
  if (!model) throw new Error('the demo has no records');
  const siteCode = '4401060001';
  const { cdSource } = model;
  await db.write(async (tx) => {
    const facetId = await (await facetsIn(tx, cdSource))({ ...model, cdOperation: 'd' });
    for (const [n, days] of [100, 50, 50, 39].entries()) {
      const id = `withdrawn-${n}`;
      const record = { ...model, ...indexesOf(model), id, erhcCardNo: `CARD-${n}`, cdOperation: 'd' as const, facetId };
      await tx.insert(tables.records).values({ ...record, cdTime: shanghaiTime(daysAgo(days)) });
    }
    for (const [n, days, recordId] of [
      [0, 31, model.id],
      [1, 29, model.id],
      [2, 29, 'withdrawn-1'],
    ] as const) {
      const day = shanghaiDay(daysAgo(days));
      const no = `${siteCode}${day.replaceAll('-', '')}000${n}`;
      const row = { voucherNo: no, siteCode, day, serial: n, erhcCardNo: `V${n}`, recordId, issuedBy, printCount: 1 };
      const snapshot = {
        name: 'n',
        sex: '',
        age: '',
        idCardType: '',
        idcode: '',
        siteName: '',
        issuedByName: '',
        nextStation: '',
      };
      await tx.insert(tables.vouchers).values({ ...row, snapshot, issuedAt: daysAgo(days).toISOString() });
      await tx.insert(tables.voucherSerials).values({ siteCode, day, lastSerial: 9 }).onConflictDoNothing();
    }
    for (const [n, days] of [30, 25, 5].entries()) {
      const numbers = { total: 9, accepted: 0, unchanged: 0, rejected: 9, warnings: 0 };
      const batch = {
        id: n + 1,
        cdBatch: `B${n}`,
        cityCode: cdSource,
        appId: `demo-${cdSource}`,
        digest: '',
        ...numbers,
      };
      await tx.insert(tables.batches).values({ ...batch, receivedAt: daysAgo(days).toISOString() });
      await tx.insertMany(
        tables.batchIssues,
        ['batchId', 'row', 'errors'],
        Array.from({ length: 300 }, (_, row) => [n + 1, row + 1, 'phone:form']),
      );
    }
    for (const [recordId, state, days] of [
      ['r1', 'accepted', 20],
      ['r1', 'retried', 19],
      ['r1', 'accepted', 18],
      ['r2', 'accepted', 20],
      ['r2', 'refused', 18],
      ['r3', 'accepted', 5],
      ['r3', 'accepted', 4],
    ] as const) {
      const at = daysAgo(days);
      const row = { recordId, operation: 'u' as const, state, cdTime: shanghaiTime(at), createdAt: at.toISOString() };
      await tx.insert(tables.cityOutbox).values(row);
    }
    for (const [id, days] of [
      ['ended', 3],
      ['just', 0.5],
      ['lives', -1],
    ] as const) {
      const at = daysAgo(9);
      const row = { id, token: id, userId: issuedBy, createdAt: at, updatedAt: at, expiresAt: daysAgo(days) };
      await tx.insert(tables.sessions).values(row);
    }
  });
}

/** The demo has its own. */
const withdrawnInDemo = demoRecords().filter(
  (row) => row.cdOperation === 'd' && row.cdTime < shanghaiTime(daysAgo(40)),
);
const EXPECTED = {
  vouchers: 1,
  issues: 600,
  withdrawn: 2 + withdrawnInDemo.length,
  outbox: 2,
  sessions: 1,
  audit: OLD_EVENTS,
};

it('removes what is too old, and nothing else', async () => {
  expect(await countExpired(db, DAYS, now)).toEqual(EXPECTED);
  expect(await removeExpired(db, actor, DAYS, { now })).toEqual({ counts: EXPECTED, finished: true });
  expect(await removeExpired(db, actor, DAYS, { now })).toMatchObject({ counts: { audit: 0, vouchers: 0, outbox: 0 } });

  const withdrawn = await db.read.select().from(tables.records).where(eq(tables.records.cdOperation, 'd'));
  // The one that a voucher names stays with it.
  expect(withdrawn.map(({ id }) => id)).toEqual(expect.arrayContaining(['withdrawn-1', 'withdrawn-3']));
  expect(withdrawn.map(({ id }) => id)).not.toEqual(expect.arrayContaining(['withdrawn-0']));
  expect(await db.read.$count(tables.vouchers)).toBe(2);
  expect(await db.read.select().from(tables.voucherSerials)).toHaveLength(2);
  expect(
    (await db.read.select().from(tables.cityOutbox).orderBy(tables.cityOutbox.id)).map(
      ({ recordId, state }) => `${recordId} ${state}`,
    ),
  ).toEqual([...['r1 accepted', 'r2 accepted', 'r2 refused', 'r3 accepted', 'r3 accepted']]);
  expect((await db.read.select().from(tables.sessions)).map(({ id }) => id).sort()).toEqual(['just', 'lives']);
  // PostgreSQL lets nobody be without.
  if (!onPostgres) expect(await database.look((sql) => sql.all('PRAGMA foreign_key_check'))).toEqual([]);
});

it('keeps the audit trail whole, and tells what was done', async () => {
  const before = await verifyChain(db.read);
  await removeExpired(db, actor, DAYS, { now });
  const after = await verifyChain(db.read);
  expect([before.whole, after.whole]).toEqual([true, true]);
  const events = await db.read.select().from(tables.auditEvents).orderBy(tables.auditEvents.id);
  expect(events.filter(({ subject }) => subject?.startsWith('old'))).toEqual([]);
  expect(events[0]?.id).toBe(OLD_EVENTS + 1);
  const told = events.filter(({ action }) => action.startsWith('retention.'));
  expect(told.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual(['retention.begin ok', 'retention.run ok']);
  expect(told[1]?.detail).toContain(`audit=${OLD_EVENTS}`);

  const verify = () =>
    spawnSync(process.execPath, ['dist/verify.command.js'], {
      env: { ...process.env, DATABASE_URL: database.url },
      encoding: 'utf8',
    });
  expect(verify().stdout).toContain('the audit trail is whole');
  await database.run(`DELETE FROM audit_events WHERE id = ${OLD_EVENTS + 1}`);
  expect(verify().stderr).toContain(`row ${OLD_EVENTS + 1} is missing`);
  await database.run(
    "INSERT INTO audit_events (id, at, action, outcome, actor, actor_role, request_id, hash) VALUES (7, '', '', '', '', '', '', '')",
  );
  expect(verify().stderr).toContain('row 7 was added');
});

it('goes on where it was stopped, and does not hold up a check that is going on', async () => {
  const stop = new AbortController();
  const walk = verifyChain(db.read, {
    async onPage(count) {
      if (count > 250) return;
      const run = removeExpired(db, actor, DAYS, { now, signal: stop.signal });
      await vi.waitFor(
        async () => expect(await db.read.$count(tables.auditEvents, eq(tables.auditEvents.id, 600))).toBe(0),
        { timeout: 10_000, interval: 1 },
      );
      stop.abort();
      expect(await run).toMatchObject({ finished: false });
    },
  });
  expect(await walk).toMatchObject({ whole: true });
  expect(await verifyChain(db.read)).toMatchObject({ whole: true });
  expect(await removeExpired(db, actor, DAYS, { now })).toMatchObject({ finished: true });
  expect((await countExpired(db, DAYS, now)).audit).toBe(0);
  expect(await verifyChain(db.read)).toMatchObject({ whole: true });
});

it('removes no evidence, and nothing that the figures have not counted', async () => {
  await db.write((tx) => tx.update(tables.figuresHead).set({ lastId: 100 }));
  expect((await removeExpired(db, actor, DAYS, { now })).counts.audit).toBe(100);
  await database.run(
    'UPDATE figures_head SET last_id = 9999',
    "UPDATE audit_events SET subject = 'somebody else' WHERE id = 300",
  );
  await expect(removeExpired(db, actor, DAYS, { now })).rejects.toThrow('broken at row 300');
  expect(await verifyChain(db.read)).toMatchObject({ whole: false, row: 300 });
});

it('is a command, which counts only with --dry-run and never shortens the audit trail below 180 days', () => {
  const run = (args: string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, ['dist/retention.command.js', '--clock-is-right', ...args], {
      env: { ...process.env, DATABASE_URL: database.url, RETAIN_AUDIT_DAYS: '180', ...env },
      encoding: 'utf8',
    });
  expect(run(['--dry-run']).stdout).toContain(
    `would remove 0 vouchers, 0 issues, 0 withdrawn, 0 outbox, 1 sessions, ${OLD_EVENTS} audit`,
  );
  expect(run([]).stdout).toContain(`${OLD_EVENTS} audit`);
  expect(run(['--dry-run']).stdout).toContain(' 0 audit');
  expect(run([], { RETAIN_AUDIT_DAYS: '179' })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('at least 180'),
  });
});

describe('a clock that is ahead', () => {
  /** The real command, by a clock that is so many days ahead. */
  function run(days: number, ...args: string[]) {
    const ahead = `const Real = Date, by = ${days * 24 * 60 * 60 * 1000}; globalThis.Date = class extends Real {
      constructor(...parts) { super(...(parts.length ? parts : [Real.now() + by])); } static now() { return Real.now() + by; } }`;
    const clock = `data:text/javascript,${encodeURIComponent(ahead)}`;
    const program = ['--import', clock, 'dist/retention.command.js'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...program, ...args], {
      env: { ...process.env, DATABASE_URL: database.url },
      encoding: 'utf8',
    });
    return { code: status, out: stdout, err: stderr };
  }
  const events = () => db.read.$count(tables.auditEvents);

  it('deletes nothing, also when the server has worked by it, unless it is said to be right', async () => {
    // The oldest events end a year before the next ones: so far the console has not worked without a break.
    expect(run(0)).toMatchObject({
      code: 1,
      err: expect.stringContaining('the audit trail knows nothing of the 30 days'),
    });
    expect(run(0, '--clock-is-right')).toMatchObject({ code: 0, err: '' });
    expect(run(0)).toMatchObject({ code: 0, err: '' });
    const before = await events();
    expect(run(29, '--dry-run')).toMatchObject({ code: 0, err: '' });
    expect(run(31)).toMatchObject({ code: 1, err: expect.stringContaining('set the clock right') });
    expect(run(1200)).toMatchObject({ code: 1, err: expect.stringContaining('--clock-is-right') });
    vi.useFakeTimers({ toFake: ['Date'], now: daysAgo(-1199) });
    await db.write((tx) => recordEvent(tx, actor, { action: 'record.open', outcome: 'ok', subject: 'in 1199 days' }));
    vi.useRealTimers();
    expect(run(1200)).toMatchObject({ code: 1 });
    expect(await events()).toBe(before + 1);
    expect((await verifyChain(db.read)).whole).toBe(true);
  });
});

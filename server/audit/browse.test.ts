/** The trail by filter: against a reference computed here from all rows, page by page, in both orders. */
import { desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { tables } from '../../db/index.ts';
import { makeTestDatabase } from '../../db/test-database.ts';
import { EVENTS_AT_ONCE, rollUp } from '../figures/roll-up.ts';
import type { Actor, PlatformActor, SystemActor } from '../staff/actor.ts';
import { codeOf, startTestConsole, type TestConsole } from '../test-console.ts';
import { shanghaiDay, shanghaiTime } from '../time.ts';
import type { AuditRow } from './chain.ts';
import { EVENTS_LOOKED_AT } from './list-events.ts';
import { recordEvent } from './record-event.ts';
import { AUDIT_EVENTS_PER_PAGE, type AuditAction, type AuditFilter, type AuditOrder, GOOD_OUTCOMES } from './schema.ts';

const EVENTS = 12_000;
const FIRST_DAY = Date.parse('2026-03-01T00:00:00+08:00');
/** Five days. */
const STEP = (5 * 86_400_000) / EVENTS;
const CARD = 'A'.repeat(64);
/** Alike in the 24 characters that the index holds. */
const TWIN = `${'A'.repeat(63)}B`;

let site: TestConsole;
let all: AuditRow[];
let nurseId: string;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: FIRST_DAY - 3_600_000 });
  site = await startTestConsole({ database: await makeTestDatabase() });
  const [nurse, nurse2] = [await actorOf('nurse'), await actorOf('nurse2')];
  nurseId = nurse.id;
  const platform: PlatformActor = { kind: 'platform', appId: 'demo-4401', cityCode: '4401', requestId: 'r' };
  const system: SystemActor = { kind: 'system', program: 'sign-in', requestId: 'r' };
  const actors = [nurse, nurse, nurse, nurse2, nurse2, platform, system];
  const actions: AuditAction[] = ['scan.lookup', 'scan.lookup', 'voucher.issue', 'voucher.reprint', 'record.open'];
  await site.db.write(async (tx) => {
    for (let n = 0; n < EVENTS; n += 1) {
      vi.setSystemTime(FIRST_DAY + n * STEP);
      const actor = actors[(n * 5) % actors.length] ?? nurse;
      const action = actions[(n * 3) % actions.length] ?? 'scan.lookup';
      const outcome = n === 3 ? 'SERIALS_EXHAUSTED' : n % 11 === 0 ? 'VOUCHER_VOIDED' : 'ok';
      const subject = n % 1000 === 7 ? CARD : n % 1000 === 8 ? TWIN : `subject ${n % 50}`;
      await recordEvent(tx, actor, { action, outcome, subject });
    }
  });
  // The last quarter does not stand in the indexes yet.
  expect(await rollUp(site.db, (EVENTS * 3) / 4 / EVENTS_AT_ONCE)).toBe(false);
  vi.setSystemTime(FIRST_DAY + 6 * 86_400_000);
  // Once, so that the sign-in's own row stands in the reference.
  await site.as('auditor');
  const rows = await site.db.read.select().from(tables.auditEvents).orderBy(tables.auditEvents.id);
  all = rows.map(({ searchable: _, ...row }) => row);
});
afterAll(async () => {
  vi.useRealTimers();
  await site.close();
});

async function actorOf(username: string): Promise<Actor> {
  const [row] = await site.db.read.select().from(tables.staff).where(eq(tables.staff.username, username));
  if (!row) throw new Error(`no ${username}`);
  return { kind: 'staff', ...row, requestId: 'r' };
}

/** What should be found, by a plain walk over everything. */
function reference(filter: AuditFilter, order: AuditOrder): number[] {
  const actor = filter.actor === 'nurse' ? nurseId : filter.actor;
  const found = all.filter(
    (row) =>
      (!filter.from || shanghaiDay(new Date(row.at)) >= filter.from) &&
      (!filter.to || shanghaiDay(new Date(row.at)) <= filter.to) &&
      (!filter.action || row.action === filter.action) &&
      (!filter.outcome || row.outcome === filter.outcome) &&
      (!filter.outcomeClass ||
        (GOOD_OUTCOMES as readonly string[]).includes(row.outcome) === (filter.outcomeClass === 'good')) &&
      (!actor || row.actor === actor) &&
      (!filter.siteCode || row.siteCode === filter.siteCode) &&
      (!filter.subject || row.subject === filter.subject),
  );
  const ids = found.map(({ id }) => id);
  return order === 'newest' ? ids.reverse() : ids;
}

/** All pages, by cursor. */
async function walk(filter: AuditFilter, order: AuditOrder) {
  const auditor = await site.as('auditor');
  const pages = [];
  let cursor: number | null | undefined;
  while (cursor !== null) {
    const page = await auditor.audit.browse.mutate({ filter, order, ...(cursor === undefined ? {} : { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(AUDIT_EVENTS_PER_PAGE);
    // Short pages stand at the end, or say how far they looked.
    if (page.items.length < AUDIT_EVENTS_PER_PAGE) expect(page.searchedTo === null).toBe(page.nextCursor === null);
    pages.push(page);
    cursor = page.nextCursor;
  }
  return pages;
}

const FILTERS: [string, AuditFilter][] = [
  ['nothing', {}],
  ['action', { action: 'voucher.reprint' }],
  ['outcome', { outcome: 'VOUCHER_VOIDED' }],
  ['a rare outcome', { outcome: 'SERIALS_EXHAUSTED' }],
  ['good outcomes', { outcomeClass: 'good', from: '2026-03-02', to: '2026-03-02' }],
  ['other outcomes', { outcomeClass: 'bad' }],
  ['a person', { actor: 'nurse' }],
  ['a platform', { actor: 'app:demo-4401' }],
  ['a program', { actor: 'system:sign-in' }],
  ['site', { siteCode: '4403050001' }],
  ['subject', { subject: CARD }],
  ['a subject that begins alike', { subject: TWIN }],
  ['a short subject', { subject: 'subject 7' }],
  ['one day', { from: '2026-03-03', to: '2026-03-03' }],
  ['from a day on', { from: '2026-03-05' }],
  ['up to a day', { to: '2026-03-01' }],
  ['up to a day that ends behind the indexes', { to: '2026-03-04' }],
  ['days before the first event', { to: '2020-01-01' }],
  ['days after the last', { from: '2099-01-01' }],
  ['person and action', { actor: 'nurse', action: 'voucher.issue' }],
  ['person and another site', { actor: 'nurse', siteCode: '4403050001' }],
  ['site and outcome', { siteCode: '4401060001', outcome: 'VOUCHER_VOIDED' }],
  ['subject, person and day', { subject: CARD, actor: 'nurse', from: '2026-03-02', to: '2026-03-04' }],
  ['action and days', { action: 'scan.lookup', from: '2026-03-02', to: '2026-03-03' }],
  [
    'everything',
    {
      ...{ from: '2026-03-01', to: '2026-03-04', action: 'scan.lookup', outcome: 'ok', outcomeClass: 'good' },
      ...{ actor: 'nurse', siteCode: '4401060001', subject: 'subject 20' },
    },
  ],
];

describe.each(['newest', 'oldest'] as const)('audit.browse, %s first, by', (order) => {
  it.each(FILTERS)('%s', async (name, filter) => {
    const pages = await walk(filter, order);
    const found = pages.flatMap(({ items }) => items.map(({ id }) => id));
    const expected = reference(filter, order);
    expect(found).toEqual(expected);
    if (!/before|after|another site/.test(name)) expect(found.length).toBeGreaterThan(0);
  });
});

describe('audit.browse', () => {
  it('stops where it has looked at enough, says so, and goes on from there', async () => {
    const auditor = await site.as('auditor');
    const filter = { outcome: 'SERIALS_EXHAUSTED' } as const;
    const page = await auditor.audit.browse.mutate({ filter });
    const last = all.at(-EVENTS_LOOKED_AT);
    expect(page).toEqual({ items: [], nextCursor: last?.id, searchedTo: shanghaiTime(new Date(last?.at ?? '')) });
    const pages = await walk(filter, 'newest');
    expect(pages).toHaveLength(Math.ceil(all.length / EVENTS_LOOKED_AT));
    expect(pages.at(-1)?.items).toHaveLength(1);
  });

  it('finds nothing, and no error, by a name that nobody has', async () => {
    const auditor = await site.as('auditor');
    for (const actor of ['nobody_of_this_name', 'app:none', 'system:', 'O’Neil']) {
      expect(await auditor.audit.browse.mutate({ filter: { actor } })).toEqual({
        items: [],
        nextCursor: null,
        searchedTo: null,
      });
    }
  });

  it('refuses words that it does not know, and days in the wrong order', async () => {
    const auditor = await site.as('auditor');
    const refused = (filter: object) => codeOf(auditor.audit.browse.mutate({ filter }));
    expect(await refused({ action: 'audit.delete' })).toBe('BAD_INPUT');
    expect(await refused({ outcome: 'fine' })).toBe('BAD_INPUT');
    expect(await refused({ siteCode: '44' })).toBe('BAD_INPUT');
    expect(await refused({ from: '2026-03-02', to: '2026-03-01' })).toBe('BAD_INPUT');
  });

  it('tells an event in full, with the hash that its own stands on', async () => {
    const auditor = await site.as('auditor');
    const { items } = await auditor.audit.browse.mutate({ filter: { subject: CARD }, order: 'oldest' });
    const row = all.find(({ subject }) => subject === CARD);
    expect(items[0]).toEqual({
      ...row,
      at: shanghaiTime(new Date(row?.at ?? '')),
      actorName: '苏护士',
      actorUsername: 'nurse',
      siteName: '天河示例社区卫生服务中心',
      previousHash: all.find(({ id }) => id === (row?.id ?? 0) - 1)?.hash,
    });
    const [first] = (await auditor.audit.browse.mutate({ order: 'oldest' })).items;
    expect(first).toMatchObject({ id: 1, previousHash: null });
  });
});

describe('audit.verify', () => {
  const settled = async () => {
    const auditor = await site.as('auditor');
    return vi.waitUntil(
      async () => {
        const state = await auditor.audit.verification.query();
        return state.state !== 'running' && state;
      },
      { timeout: 20_000 },
    );
  };
  const lastVerdict = async () => {
    const { auditEvents } = tables;
    const [row] = await site.db.read
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.action, 'audit.verify'))
      .orderBy(desc(auditEvents.id))
      .limit(1);
    return row;
  };

  it('tells that nothing was checked yet', async () => {
    expect(await (await site.as('auditor')).audit.verification.query()).toEqual({ state: 'none' });
  });

  it('runs one check at a time, with its progress, and finds the trail whole', async () => {
    const auditor = await site.as('auditor');
    expect(await auditor.audit.verify.mutate()).toEqual({ state: 'running', checked: 0, total: 0 });
    const running = await vi.waitUntil(async () => {
      const state = await auditor.audit.verify.mutate();
      return state.state === 'running' && state.checked > 0 && state;
    });
    expect(running).toMatchObject({ total: all.length });
    const last = all.at(-1);
    expect(await settled()).toEqual({
      state: 'whole',
      count: all.length,
      head: last?.hash,
      at: expect.stringMatching(/^2026-03-07 /),
    });
    const auditors = await actorOf('auditor');
    expect(await lastVerdict()).toMatchObject({
      actor: auditors.id,
      outcome: 'whole',
      subject: String(all.length),
      detail: last?.hash,
    });
  });

  it('can be cancelled, and begun anew', async () => {
    const auditor = await site.as('auditor');
    await auditor.audit.verify.mutate();
    expect(await auditor.audit.cancelVerification.mutate()).toEqual({ state: 'none' });
    expect(await lastVerdict()).toMatchObject({ outcome: 'cancelled', subject: null });
    expect(await auditor.audit.cancelVerification.mutate()).toEqual({ state: 'none' });
    await auditor.audit.verify.mutate();
    expect(await settled()).toMatchObject({ state: 'whole' });
  });

  it('names the first row that is not as it was written', async () => {
    const auditor = await site.as('auditor');
    const { auditEvents } = tables;
    await site.db.write((tx) => tx.update(auditEvents).set({ detail: 'forged' }).where(eq(auditEvents.id, 4321)));
    await auditor.audit.verify.mutate();
    expect(await settled()).toMatchObject({ state: 'broken', row: 4321, fault: 'changed' });
    expect(await lastVerdict()).toMatchObject({ outcome: 'broken', subject: '4321', detail: 'changed' });
  });
});

// The last: all events stand in the indexes afterwards.
it('finds each event once while events enter the indexes between two pages', async () => {
  const auditor = await site.as('auditor');
  const filter = { actor: 'nurse' } as const;
  const left = async (order: AuditOrder, cursor: number | null) => {
    const ids: number[] = [];
    for (let at = cursor; at !== null; ) {
      const page = await auditor.audit.browse.mutate({ filter, order, cursor: at });
      ids.push(...page.items.map(({ id }) => id));
      at = page.nextCursor;
    }
    return ids;
  };
  const orders = ['newest', 'oldest'] as const;
  const pages = await Promise.all(orders.map((order) => auditor.audit.browse.mutate({ filter, order })));
  expect(await rollUp(site.db, 10)).toBe(false);
  for (const [n, order] of orders.entries()) {
    const first = pages[n]?.items.map(({ id }) => id) ?? [];
    expect([...first, ...(await left(order, pages[n]?.nextCursor ?? null))]).toEqual(reference(filter, order));
  }
  expect(await rollUp(site.db)).toBe(true);
  const found = (await walk(filter, 'newest')).flatMap(({ items }) => items.map(({ id }) => id));
  expect(found).toEqual(reference(filter, 'newest'));
});

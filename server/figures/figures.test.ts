import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { tables } from '../../db/index.ts';
import { fictionalRecord, upload } from '../exchange/test-exchange.ts';
import { codeOf, type DemoUser, qrOf, startTestConsole, type TestConsole } from '../test-console.ts';
import { rollUp } from './roll-up.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());
afterEach(() => vi.useRealTimers());

const read = async (username: DemoUser, period: 'today' | 'month' = 'today') =>
  (await site.as(username)).figures.read.query({ period });

describe('figures', () => {
  it('of the first day are all nothing', async () => {
    const figures = await read('province');
    expect(figures.totals).toEqual({
      ...{ scans: 0, vouchers: 0, reprints: 0, voids: 0, refused: 0 },
      ...{ batches: 0, accepted: 0, unchanged: 0, rejected: 0 },
    });
    expect(figures).toMatchObject({ refusals: [], bySite: [], byCity: [] });
    expect(figures.byHour).toHaveLength(24);
  });

  it('count what nurses, sites and cities did, once', async () => {
    const [nurse, nurse2] = [await site.as('nurse'), await site.as('nurse2')];
    for (const key of ['demo:authenticated', 'demo:unauthenticated', 'demo:unknown', 'demo:unknown']) {
      await nurse.scan.lookup.mutate({ code: qrOf(key) });
    }
    await nurse2.scan.lookup.mutate({ code: qrOf('demo:child') });
    const { voucherNo } = await nurse.vouchers.issue.mutate({ code: qrOf('demo:authenticated') });
    await nurse.vouchers.reprint.mutate({ voucherNo });
    await codeOf(nurse.vouchers.issue.mutate({ code: qrOf('demo:unauthenticated') }));
    await (await site.as('site_admin')).vouchers.void.mutate({ voucherNo, reason: '打印有误' });
    await codeOf(nurse.vouchers.reprint.mutate({ voucherNo }));
    await upload(site, {
      cdBatch: '4401261123090000001',
      records: [fictionalRecord(1), fictionalRecord(2), { ...fictionalRecord(3), phone: '' }],
    });

    const province = await read('province');
    expect(province.totals).toEqual({
      ...{ scans: 5, vouchers: 1, reprints: 1, voids: 1, refused: 5 },
      ...{ batches: 1, accepted: 2, unchanged: 0, rejected: 1 },
    });
    expect(province.refusals).toEqual([
      { reason: 'scan.unknown', count: 2 },
      { reason: 'scan.unauthenticated', count: 1 },
      { reason: 'refused.RESIDENT_NOT_AUTHENTICATED', count: 1 },
      { reason: 'refused.VOUCHER_VOIDED', count: 1 },
    ]);
    expect(province.bySite).toEqual([
      { code: '4401060001', name: '天河示例社区卫生服务中心', scans: 4, vouchers: 1, refused: 5 },
      { code: '4403050001', name: '南山示例社区健康服务中心', scans: 1, vouchers: 0, refused: 0 },
    ]);
    expect(province.byCity).toEqual([
      {
        ...{ code: '4401', name: '广州市', batches: 1, accepted: 2, unchanged: 0, rejected: 1, total: 3 },
        refusalRate: 1 / 3,
      },
    ]);
    const byHour = province.byHour.reduce((sum, { scans }) => sum + scans, 0);
    const month = await read('province', 'month');
    expect(byHour).toBe(5);
    expect(month.totals).toEqual(province.totals);
    expect(month.byDay).toHaveLength(30);
    expect(month.byDay.at(-1)).toMatchObject({ day: province.to, scans: 5, vouchers: 1 });
    expect(await read('province')).toEqual({ ...province, asOf: expect.any(String) });
  });

  it('show a site admin the own site, and a city its own uploads', async () => {
    const admin = await read('site_admin');
    expect(admin.totals).toMatchObject({ scans: 4, vouchers: 1, batches: 0, accepted: 0 });
    expect(admin).toMatchObject({ bySite: null, byCity: null });
    const city = await read('city');
    expect(city.totals).toMatchObject({ scans: 0, batches: 1, accepted: 2, rejected: 1 });
    expect(city).toMatchObject({ refusals: null, bySite: null, byCity: [{ code: '4401', total: 3 }] });
  });

  it('stand in the day and hour of Shanghai', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-12-01T16:30:00Z') });
    await (await site.as('nurse')).scan.lookup.mutate({ code: qrOf('demo:child') });
    const figures = await read('province');
    expect(figures).toMatchObject({ from: '2026-12-02', to: '2026-12-02', totals: { scans: 1 } });
    expect(figures.byHour[0]).toMatchObject({ hour: 0, scans: 1 });
    const month = await read('province', 'month');
    expect(month).toMatchObject({ from: '2026-11-03', to: '2026-12-02' });
    expect(month.byDay.at(-1)).toMatchObject({ scans: 1 });
  });

  it('are those of a recount, however many roll up at once and wherever the power fails', async () => {
    const nurse = await site.as('nurse');
    const scans = 2300;
    const [actor] = await site.db.read.select().from(tables.staff).where(eq(tables.staff.username, 'nurse'));
    if (!actor) throw new Error('no nurse');
    const { recordEvent } = await import('../audit/record-event.ts');
    await site.db.write(async (tx) => {
      for (let n = 0; n < scans; n += 1) {
        await recordEvent(
          tx,
          { kind: 'staff', ...actor, requestId: 'test' },
          { action: 'scan.lookup', outcome: 'unknown', subject: String(n) },
        );
      }
    });
    const before = (await site.db.read.select().from(tables.figures)).length;
    expect(before).toBeGreaterThan(0);
    let cut = true;
    const failing: typeof site.db = {
      ...site.db,
      write: (work, options) =>
        site.db.write(async (tx) => {
          const done = await work(tx);
          if (cut) throw new Error('power cut');
          return done;
        }, options),
    };
    await expect(rollUp(failing)).rejects.toThrow('power cut');
    cut = false;
    await Promise.all([rollUp(failing), rollUp(site.db), read('province'), read('province')]);
    await nurse.scan.lookup.mutate({ code: qrOf('demo:unknown') });
    await rollUp(site.db);
    const all = await site.db.read.select().from(tables.figures).where(eq(tables.figures.metric, 'scan.unknown'));
    const events = await site.db.read
      .select()
      .from(tables.auditEvents)
      .where(eq(tables.auditEvents.action, 'scan.lookup'));
    const recount = events.filter(({ outcome }) => outcome === 'unknown').length;
    const sum = (rows: typeof all) => rows.reduce((total, { count }) => total + count, 0);
    expect(sum(all.filter(({ place, hour }) => place === '' && hour === 24))).toBe(recount);
    expect(sum(all.filter(({ place, hour }) => place === '' && hour < 24))).toBe(recount);
    expect(sum(all.filter(({ place, hour }) => place === '4401060001' && hour === 24))).toBe(recount);
    expect(recount).toBe(scans + 3);
  });
});

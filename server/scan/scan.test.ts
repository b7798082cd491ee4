import { and, desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardNoOf } from '../../db/demo/fixed-residents.ts';
import { demoRecords } from '../../db/demo/records.ts';
import { tables } from '../../db/index.ts';
import { codeOf, qrOf, startTestConsole, type TestConsole } from '../test-console.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

const lookup = async (code: string) => (await site.as('nurse')).scan.lookup.mutate({ code });

describe('scan.lookup', () => {
  it('shows what the nurse compares, masked, and nothing more', async () => {
    expect(await lookup(qrOf('demo:authenticated'))).toEqual({
      outcome: 'authenticated',
      resident: {
        name: '陈示例',
        sex: '女',
        age: expect.stringMatching(/^\d+ 岁$/),
        birthday: '1990-03-07',
        idCardType: '居民身份证',
        idcode: expect.stringMatching(/^440\*{11}\w{4}$/),
        phone: '138****1000',
        nationality: null,
        guardian: null,
        authenticationMethods: '二要素认证',
        authenticatedAt: '2026-06-01 09:00:00',
      },
      printed: null,
    });
  });

  it('names the guardian of a child and the nationality of a foreigner', async () => {
    expect(await lookup(qrOf('demo:child'))).toMatchObject({ resident: { age: '3 岁', guardian: '周建国' } });
    expect(await lookup(qrOf('demo:foreigner'))).toMatchObject({
      resident: { idCardType: '护照', nationality: '美国', idcode: 'E12**5678' },
    });
  });

  it('counts any live record with flag 1, and shows the newest of them', async () => {
    expect(await lookup(qrOf('demo:two-records'))).toMatchObject({
      outcome: 'authenticated',
      resident: { authenticatedAt: '2026-06-01 09:00:03' },
    });
  });

  it.each([
    ['demo:unauthenticated', true],
    ['demo:withdrawn', true],
    ['demo:unknown', false],
  ])('does not take %s for authenticated', async (key, known) => {
    expect(await lookup(qrOf(key))).toEqual({ outcome: 'unauthenticated', known });
  });

  it('tells of a voucher that was printed today, at this site only', async () => {
    const nurse = await site.as('nurse');
    const { voucherNo } = await nurse.vouchers.issue.mutate({ code: qrOf('demo:long-name') });
    expect(await lookup(qrOf('demo:long-name'))).toMatchObject({ printed: { voucherNo, printCount: 1 } });
    const elsewhere = await (await site.as('nurse2')).scan.lookup.mutate({ code: qrOf('demo:long-name') });
    expect(elsewhere).toMatchObject({ printed: null });
  });

  it('looks nothing up for a text that is no health code', async () => {
    expect(await codeOf(lookup('134567890123456789'))).toBe('NOT_HEALTH_CODE');
  });

  it.each([
    ['demo:authenticated', 'authenticated'],
    ['demo:unauthenticated', 'unauthenticated'],
    ['demo:unknown', 'unknown'],
  ])('has its audit row written when the answer of %s arrives', async (key, outcome) => {
    await lookup(qrOf(key));
    const { auditEvents } = tables;
    const [row] = await site.db.read
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.subject, cardNoOf(key)))
      .orderBy(desc(auditEvents.id))
      .limit(1);
    expect(row).toMatchObject({ action: 'scan.lookup', outcome, actorRole: 'nurse', siteCode: '4401060001' });
  });

  it('cannot be asked by GET, whose input would stand in access logs', async () => {
    const input = encodeURIComponent(JSON.stringify({ code: qrOf('demo:authenticated') }));
    const response = await fetch(`${site.url}/api/trpc/scan.lookup?input=${input}`, {
      headers: { cookie: await site.cookieOf('nurse') },
    });
    expect(response.status).toBe(405);
  });
});

describe('scan.reveal', () => {
  it('shows the number in full, and is audited', async () => {
    const nurse = await site.as('nurse');
    const idcode = demoRecords().find((row) => row.erhcCardNo === cardNoOf('demo:authenticated'))?.idcode;
    expect(await nurse.scan.reveal.mutate({ code: qrOf('demo:authenticated') })).toEqual({ idcode });
    const { auditEvents } = tables;
    const rows = await site.db.read
      .select()
      .from(auditEvents)
      .where(and(eq(auditEvents.action, 'scan.reveal'), eq(auditEvents.subject, cardNoOf('demo:authenticated'))));
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(idcode);
  });

  it('shows nothing of who is not authenticated', async () => {
    const nurse = await site.as('nurse');
    expect(await codeOf(nurse.scan.reveal.mutate({ code: qrOf('demo:withdrawn') }))).toBe('RESIDENT_NOT_AUTHENTICATED');
  });
});

it('scan.today counts the own vouchers and lists the last five, masked', async () => {
  const nurse = await site.as('nurse2');
  const before = (await nurse.scan.today.query()).count;
  const keys = [
    'demo:authenticated',
    'demo:child',
    'demo:rare-name',
    'demo:foreigner',
    'demo:two-records',
    'demo:long-name',
  ];
  for (const key of keys) await nurse.vouchers.issue.mutate({ code: qrOf(key) });
  const today = await nurse.scan.today.query();
  expect(today.count).toBe(before + 6);
  expect(today.recent.map((voucher) => voucher.name)).toEqual(['阿**逊', '何*记', 'M**N', '刘*𬭎', '周*满']);
});

it('a resident whose app lost its filing is no longer authenticated, from the next scan on (F2)', async () => {
  const nurse = await site.as('nurse');
  const code = { code: qrOf('demo:authenticated') };
  const { voucherNo } = await nurse.vouchers.issue.mutate(code);
  const move = (state: 'approved' | 'revoked') =>
    site.db.write((tx) =>
      tx.update(tables.filings).set({ state }).where(eq(tables.filings.appRecordNoRecognize, 'GZ-APP-0001')),
    );
  await move('revoked');
  expect(await nurse.scan.lookup.mutate(code)).toEqual({ outcome: 'unauthenticated', known: true });
  expect(await codeOf(nurse.vouchers.issue.mutate(code))).toBe('RESIDENT_NOT_AUTHENTICATED');
  expect(await codeOf(nurse.vouchers.reprint.mutate({ voucherNo }))).toBe('RESIDENT_NOT_AUTHENTICATED');
  await move('approved');
  expect((await nurse.scan.lookup.mutate(code)).outcome).toBe('authenticated');
});

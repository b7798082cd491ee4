/** Two cities' users: neither sees or touches what is the other's, whatever is asked. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStaff } from '../staff/create-staff.ts';
import { client, codeOf, sessionCookie, startTestConsole, type TestConsole } from '../test-console.ts';
import { APP_4401, APP_4403, fictionalRecord, upload } from './test-exchange.ts';

const CITIES = {
  '4401': { app: APP_4401, cdBatch: '4401261125090000001', name: '广州市' },
  '4403': { app: APP_4403, cdBatch: '4403261125090000001', name: '深圳市' },
} as const;
type City = keyof typeof CITIES;

let site: TestConsole;
const users = {} as Record<City, ReturnType<typeof client>>;
beforeAll(async () => {
  site = await startTestConsole();
  const system = { kind: 'system' as const, program: 'test', requestId: 'test' };
  for (const code of Object.keys(CITIES) as City[]) {
    const person = { username: `city.${code}`, name: '平台', role: 'city' as const, cityCode: code };
    const { password } = await createStaff(site.db, system, person, `demo-${code}`);
    users[code] = client(site.url, sessionCookie(await site.signIn(person.username, password)));
    const { app, cdBatch } = CITIES[code];
    const record = { ...fictionalRecord(Number(code)), phone: '', cd_source: code };
    expect((await upload(site, { cdBatch, records: [record], secret: app.secret })).status).toBe(200);
  }
});
afterAll(() => site.close());

describe.each([
  ['4401', '4403'],
  ['4403', '4401'],
] as const)('the user of %s', (own, other) => {
  it('sees the own batches only, and their receipts', async () => {
    const user = users[own];
    const { items } = await user.exchange.browseBatches.query({});
    expect(items.map(({ cdBatch }) => cdBatch)).toEqual([CITIES[own].cdBatch]);
    expect(await codeOf(user.exchange.browseBatches.query({ cityCode: other }))).toBe('FORBIDDEN');
    expect(await codeOf(user.exchange.openBatch.query({ cdBatch: CITIES[own].cdBatch }))).toBe('ok');
    expect(await codeOf(user.exchange.openBatch.query({ cdBatch: CITIES[other].cdBatch }))).toBe('BATCH_NOT_FOUND');
  });

  it('sees and changes the own credentials only', async () => {
    const user = users[own];
    const platforms = await user.exchange.platforms.query();
    expect(platforms.map(({ code }) => code)).toEqual([own]);
    const { appId } = CITIES[other].app;
    expect(await codeOf(user.exchange.createCredential.mutate({ cityCode: other, label: '测试' }))).toBe('FORBIDDEN');
    expect(await codeOf(user.exchange.rotateCredential.mutate({ appId }))).toBe('CREDENTIAL_NOT_FOUND');
    expect(await codeOf(user.exchange.revokeCredential.mutate({ appId }))).toBe('CREDENTIAL_NOT_FOUND');
  });

  it('sees the own filings only', async () => {
    const user = users[own];
    const { items } = await user.filings.browse.query({});
    expect(new Set(items.map(({ cityName }) => cityName))).toEqual(new Set([CITIES[own].name]));
    const all = await (await site.as('province')).filings.browse.query({ cityCode: other });
    const id = all.items[0]?.id ?? 0;
    expect(await codeOf(user.filings.browse.query({ cityCode: other }))).toBe('FORBIDDEN');
    expect(await codeOf(user.filings.open.mutate({ id }))).toBe('FILING_NOT_FOUND');
  });

  it('sees the own figures, and no records at all', async () => {
    const figures = await users[own].figures.read.query({ period: 'today' });
    expect(figures.byCity?.map(({ code }) => code)).toEqual([own]);
    expect(figures.totals).toMatchObject({ batches: 1, scans: 0 });
    expect(await codeOf(users[own].records.browse.mutate({}))).toBe('FORBIDDEN');
    expect(await codeOf(users[own].records.browse.mutate({ cityCode: own }))).toBe('FORBIDDEN');
  });
});

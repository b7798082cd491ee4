/** What a city may take back whole, and what the province chooses from. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tables } from '../../db/index.ts';
import { codeOf, startTestConsole, type TestConsole } from '../test-console.ts';
import { FILING_STATES, type FilingState } from './schema.ts';
import { filingIn } from './test-filings.ts';

type Client = Awaited<ReturnType<TestConsole['as']>>;
let site: TestConsole;
let city: Client;
let province: Client;
beforeAll(async () => {
  site = await startTestConsole();
  [city, province] = [await site.as('city'), await site.as('province')];
});
afterAll(() => site.close());

it('the province lists one city, or all', async () => {
  await filingIn(site, 'submitted');
  const draft = await filingIn(site, 'draft');
  const citiesIn = async (cityCode?: string) => {
    const { items } = await province.filings.browse.query({ cityCode });
    expect(items.map(({ id }) => id)).not.toContain(draft);
    return [...new Set(items.map(({ cityName }) => cityName))].sort();
  };
  expect(await citiesIn('4401')).toEqual(['广州市']);
  expect(await citiesIn('4403')).toEqual(['深圳市']);
  expect(await citiesIn('4405')).toEqual([]);
  expect((await city.filings.browse.query({ cityCode: '4401' })).items.map(({ id }) => id)).toContain(draft);
});

describe('a draft', () => {
  const rowsOf = async (id: number) => [
    await site.db.read.$count(tables.filings, eq(tables.filings.id, id)),
    await site.db.read.$count(tables.filingFiles, eq(tables.filingFiles.filingId, id)),
  ];

  it('that was never submitted is deleted with its files, and the audit trail says so', async () => {
    const id = await filingIn(site, 'draft');
    expect((await city.filings.open.mutate({ id })).may.discard).toBe(true);
    expect(await rowsOf(id)).toEqual([1, 1]);
    await city.filings.discard.mutate({ id });
    expect(await rowsOf(id)).toEqual([0, 0]);
    expect(await codeOf(city.filings.open.mutate({ id }))).toBe('FILING_NOT_FOUND');
    const { items } = await (await site.as('auditor')).audit.browse.mutate({ filter: { action: 'filing.discard' } });
    expect(items.map(({ outcome, subject }) => [outcome, subject])).toEqual([['ok', String(id)]]);
  });

  it('that was submitted once stays, and so does everything further on its way', async () => {
    const recalled = await filingIn(site, 'submitted');
    await city.filings.move.mutate({ id: recalled, move: 'recall' });
    const others = (Object.keys(FILING_STATES) as FilingState[]).filter((state) => state !== 'draft');
    for (const id of [recalled, ...(await Promise.all(others.map((state) => filingIn(site, state))))]) {
      expect((await city.filings.open.mutate({ id })).may.discard).toBe(false);
      expect(await codeOf(city.filings.discard.mutate({ id }))).toBe('FILING_LOCKED');
      expect((await rowsOf(id))[0]).toBe(1);
    }
  });
});

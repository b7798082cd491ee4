/** The list of staff: each filter, page by page. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tables } from '../../db/index.ts';
import { startTestConsole, type TestConsole } from '../test-console.ts';
import type { BrowseStaffInput } from './schema.ts';

const OTHER = '4403050001';

describe('the list of staff', () => {
  let other: TestConsole;
  beforeAll(async () => {
    other = await startTestConsole();
    const now = new Date();
    const rows = Array.from({ length: 50 }, (_, n) => ({
      ...{
        id: `id-${n}`,
        username: `list.${String(n).padStart(2, '0')}`,
        name: `欧阳${n % 4}`,
        email: `${n}@x.invalid`,
      },
      ...(n % 5 === 0 ? { role: 'city' as const, cityCode: '4401' } : { role: 'nurse' as const, siteCode: OTHER }),
      ...{ lockedAt: n % 10 === 1 ? now.toISOString() : null, createdAt: now, updatedAt: now },
    }));
    await other.db.write((tx) => tx.insert(tables.staff).values(rows));
  });
  afterAll(() => other.close());

  async function walk(filter: BrowseStaffInput) {
    const seen: { username: string; name: string }[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await (await other.as('province')).staff.browse.mutate({ ...filter, cursor });
      seen.push(...page.items);
      if (!page.nextCursor) return seen;
      cursor = page.nextCursor;
    }
  }
  it.each([
    [{}, 56],
    [{ role: 'city' }, 11],
    [{ siteCode: OTHER }, 41],
    [{ siteCode: OTHER, role: 'site_admin' }, 0],
    [{ cityCode: '4401' }, 11],
    [{ locked: true }, 5],
    [{ locked: false, siteCode: OTHER }, 36],
    [{ search: { by: 'username', text: 'LIST.1' } }, 10],
    [{ search: { by: 'username', text: 'list.' }, role: 'city', cityCode: '4401' }, 10],
  ] as const)('by username: %j', async (filter, count) => {
    const seen = (await walk(filter)).map(({ username }) => username);
    expect(seen).toHaveLength(count);
    expect(seen).toEqual([...new Set(seen)].sort());
  });

  it.each([
    [{}, 50],
    [{ siteCode: OTHER }, 40],
    [{ role: 'city' }, 10],
    [{ cityCode: '4401', locked: true }, 0],
    [{ locked: true }, 5],
    [{ locked: false }, 45],
  ] as const)('by the beginning of a name: %j', async (filter, count) => {
    const keys = (await walk({ ...filter, search: { by: 'name', text: '欧' } })).map(
      ({ name, username }) => `${name} ${username}`,
    );
    expect(keys).toHaveLength(count);
    expect(keys).toEqual([...new Set(keys)].sort());
  });
});

/** Whatever the storage says, each procedure and door answers 503 with its code, and nothing else from 500 on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failCommits } from '../../db/test-faults.ts';
import { verifyChain } from '../audit/chain.ts';
import { signed, upload } from '../exchange/test-exchange.ts';
import { codeOf, listProcedures, qrOf, startTestConsole, type TestConsole } from '../test-console.ts';

describe('every procedure and door', () => {
  let site: TestConsole;
  beforeAll(async () => {
    site = await startTestConsole();
    for (const user of ['nurse', 'site_admin', 'city', 'province', 'auditor'] as const) await site.cookieOf(user);
  });
  afterAll(() => site.close());

  it.each([
    ['full', 'STORAGE_FULL'],
    ['readonly', 'STORAGE_READONLY'],
    ['failed', 'STORAGE_FAILED'],
  ] as const)('answers %s with 503 %s, and works again afterwards', async (fault, expected) => {
    const mend = failCommits(fault);
    const answers: [string, number, string | undefined, string | null][] = [];
    const ask = async (name: string, sent: Promise<Response>) => {
      const response = await sent;
      const told = await response.json().catch(() => null);
      const said = told?.error?.data?.error?.code ?? told?.code;
      answers.push([name, response.status, said, response.headers.get('retry-after')]);
    };
    try {
      for (const [path, type] of listProcedures()) {
        for (const user of ['nurse', 'site_admin', 'city', 'province', 'auditor'] as const) {
          const headers = { cookie: await site.cookieOf(user), 'content-type': 'application/json' };
          const input = JSON.stringify(INPUTS[path] ?? {});
          const query = type === 'query' ? `?input=${encodeURIComponent(input)}` : '';
          const init = type === 'query' ? { headers } : { method: 'POST', headers, body: input };
          await ask(`${path} ${user}`, fetch(`${site.url}/api/trpc/${path}${query}`, init));
        }
      }
      await ask('sign-in', site.signIn('nurse'));
      await ask('exchange', upload(site, { cdBatch: '4401261123090000001', records: [{}] }) as Promise<Response>);
      await ask('receipt', signed(site, 'GET', '/api/exchange/v1/batches/4401261123090000001') as Promise<Response>);
    } finally {
      mend();
    }
    const broken = answers.filter(([, status]) => status >= 500);
    expect(broken.length).toBeGreaterThan(10);
    expect(broken.filter(([, status, said, retry]) => status !== 503 || said !== expected || !retry)).toEqual([]);
    expect(broken.map(([name]) => name)).toEqual(
      expect.arrayContaining(['scan.lookup nurse', 'vouchers.issue nurse', 'sign-in', 'exchange']),
    );
    // What failed left nothing, and the next one passes.
    const nurse = await site.as('nurse');
    expect(await codeOf(nurse.scan.lookup.mutate({ code: qrOf('demo:authenticated') }))).toBe('ok');
    expect(site.db.status().fault).toBeNull();
    expect(await verifyChain(site.db.read)).toMatchObject({ whole: true });
  });
});

/** What reaches the database; of the rest the input is refused. */
const INPUTS: Record<string, object> = {
  'scan.lookup': { code: qrOf('demo:authenticated') },
  'scan.reveal': { code: qrOf('demo:authenticated') },
  'vouchers.issue': { code: qrOf('demo:authenticated') },
  'exports.start': { source: 'records', format: 'csv', filter: {}, columns: ['name'] },
  'records.browse': {},
};

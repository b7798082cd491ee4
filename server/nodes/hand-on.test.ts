import { expect, it } from 'vitest';
import { isForNode } from './hand-on.ts';

it('a node answers what it can, however it is written', () => {
  const own = [
    '/api/trpc/scan.lookup',
    '/api/trpc/staff.me?batch=1',
    '/api/health',
    '/api/auth/sign-in/username',
    '/api',
  ];
  expect(own.map(isForNode)).toEqual([true, true, true, true, false]);
  const handedOn = [
    ...['/', '/metrics', '/scan', '/api/trpc/phone.state', '/api/trpc/staff.me%2Cexports.list?batch=1'],
    ...[
      '/api/exchange/v1/batches?cd_batch=1',
      '/api/exports/1/file',
      '/api/trpc/audit.verify',
      '/api/trust/authority.crt',
    ],
  ];
  expect(handedOn.filter(isForNode)).toEqual([]);
  const odd = [
    '%65xchange/v1/batches',
    'x/../exchange/v1/batches',
    './exports/1',
    '/exports/1',
    'trpc/exports%2Elist',
    'ready',
  ];
  expect(odd.map((each) => `/api/${each}`).filter(isForNode)).toEqual([]);
  expect(isForNode('/api/trpc/audit.browse')).toBe(true);
});

/** Who may do what (docs/architecture.md): every procedure of the router × every role, and nobody. */
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoRecords } from '../db/demo/records.ts';
import { tables } from '../db/index.ts';
import { auditorWithTotp, PASSWORD, sessionOf } from './account/test-account.ts';
import { authenticated, makePhone, type TestPhone, typed } from './city/test-city.ts';
import { counter, fictionalRecord, upload } from './exchange/test-exchange.ts';
import type { StartExportInput } from './exports/schema.ts';
import type { Role } from './staff/schema.ts';
import { type DemoUser, listProcedures, qrOf, startTestConsole, type TestConsole } from './test-console.ts';

const BATCH = '4401261123090000001';

type Who = 'nobody' | DemoUser;
const EVERYBODY: Who[] = ['nobody', 'nurse', 'site_admin', 'city', 'province', 'auditor'];

let site: TestConsole;
/** A resident's, and whom it may show. */
let phone: TestPhone;
let memberId: number;
beforeAll(async () => {
  site = await startTestConsole();
  const uploaded = await upload(site, { cdBatch: BATCH, records: [fictionalRecord(1)] });
  expect(uploaded.status).toBe(200);
  phone = makePhone(site);
  memberId = await authenticated(phone, typed('王新民'));
  site.city.startUploads(site.url);
});
afterAll(() => site.close());

/** A voucher of the nurse's site, for the calls that need one. */
async function voucherNo() {
  const nurse = await site.as('nurse');
  return (await nurse.vouchers.issue.mutate({ code: qrOf('demo:authenticated') })).voucherNo;
}

/** A credential of the city user's city, to be revoked. */
async function credential() {
  const city = await site.as('city');
  return (await city.exchange.createCredential.mutate({ cityCode: '4401', label: '测试' })).appId;
}

/** An issuer of the city user's city, to be rotated or revoked. */
async function issuer() {
  const code = `OLD${nextNumber()}`;
  await (await site.as('city')).issuers.create.mutate({ code, cityCode: '4401', label: '测试' });
  return { code };
}

/** A row that the province refused. */
async function refusedRow() {
  const row = { recordId: `r${nextNumber()}`, operation: 'i' as const, cdTime: '2026-06-01 09:00:00' };
  const [made] = await site.db.write((tx) =>
    tx
      .insert(tables.cityOutbox)
      .values({ ...row, state: 'refused', createdAt: '2026-06-01T01:00:00.000Z' })
      .returning(),
  );
  return { id: made?.id };
}

const FORM = {
  appName: '应用',
  appOrganisation: '',
  organisationRecordNo: '',
  builder: '',
  builderContact: '',
  developer: '',
  developerContact: '',
  authenticationMethod: '2',
};

/** A draft of the city user's city. */
async function draft() {
  return (await site.as('city')).filings.create.mutate(FORM);
}

/** A filing that was submitted, with a picture that is still on its form. */
async function submitted() {
  const { id } = await draft();
  const city = await site.as('city');
  const filled = Object.fromEntries(Object.entries(FORM).map(([field, text]) => [field, text || '示例']));
  await city.filings.save.mutate({ id, ...(filled as typeof FORM) });
  const fileId = await picture(id);
  await city.filings.move.mutate({ id, move: 'submit' });
  return { id, fileId };
}

async function picture(id: number): Promise<string> {
  const body = new FormData();
  body.set('kind', 'screen');
  body.set('file', new File([new Uint8Array(PNG.sync.write(new PNG({ width: 8, height: 8 })))], 'x.png'));
  const headers = { cookie: await site.cookieOf('city') };
  const response = await fetch(`${site.url}/api/filings/${id}/files`, { method: 'POST', headers, body });
  return ((await response.json()) as { fileId: string }).fileId;
}

const EXPORT: StartExportInput = { source: 'records', format: 'csv', filter: {}, columns: ['name'] };
/** An export of somebody's own that is still running; of the province's for those who can have none. */
async function runningExport(who: Who) {
  const own = who === 'auditor';
  const person = await site.as(own ? 'auditor' : 'province');
  for (const job of await person.exports.list.query()) {
    if (job.state === 'running') await person.exports.cancel.mutate({ id: job.id });
  }
  const { id } = await person.exports.start.mutate(own ? { source: 'audit', format: 'csv', filter: {} } : EXPORT);
  return { id };
}
/** A nurse of the site admin's site. */
const newcomer = (username: string) => ({ username, name: '新人', role: 'nurse' as const, siteCode: '4401060001' });
async function colleague() {
  const person = newcomer(`old.${nextNumber()}`);
  await (await site.as('province')).staff.create.mutate(person);
  return person;
}
const nextNumber = counter(1);
const SITE = {
  ...{
    code: '4401030001',
    name: '荔湾示例街道预防接种门诊',
    divisionCode: '440103',
    paper: 'A5',
    nextStation: '登记台',
  },
  ...{ kioskPrinting: false, staticCodes: true, unknownIssuers: true, idleLockMinutes: 5 },
};

const code = { code: qrOf('demo:authenticated') };
const STAFF: Who[] = EVERYBODY.slice(1);
/** Whose session is nobody else's, with the password `PASSWORD`. */
const newSession = (role: Who) => (role === 'nobody' ? '' : sessionOf(site, roleOf(role)));
const roleOf = (who: DemoUser): Role => (who === 'nurse2' ? 'nurse' : who);

interface Row {
  may: Who[];
  input?: (who: Who) => unknown;
  phone?: true;
  status?: number;
  /** By somebody new, whose session is nobody else's. */
  fresh?: true;
}
const TABLE: Record<string, Row> = {
  'scan.lookup': { may: ['nurse'], input: () => code },
  'scan.reveal': { may: ['nurse'], input: () => code },
  'scan.today': { may: ['nurse'] },
  'vouchers.issue': { may: ['nurse'], input: () => code },
  'vouchers.reprint': { may: ['nurse', 'site_admin'], input: async () => ({ voucherNo: await voucherNo() }) },
  'vouchers.open': { may: ['nurse', 'site_admin'], input: async () => ({ voucherNo: await voucherNo() }) },
  'vouchers.browse': { may: ['site_admin', 'province'], input: () => ({}) },
  'vouchers.issuers': { may: ['site_admin', 'province'], input: () => ({ siteCode: '4401060001' }) },
  'sites.names': { may: ['province'], input: () => ({ text: '天河' }) },
  'vouchers.ofRecord': { may: ['province'], input: () => ({ id: demoRecords()[0]?.id }) },
  'vouchers.report': { may: ['site_admin', 'province'], input: () => ({ siteCode: '4401060001' }) },
  'vouchers.void': { may: ['site_admin'], input: async () => ({ voucherNo: await voucherNo(), reason: '打印有误' }) },
  'records.browse': { may: ['province'], input: () => ({}) },
  'records.open': { may: ['province'], input: () => ({ id: demoRecords()[0]?.id }) },
  'records.reveal': { may: ['province'], input: () => ({ id: demoRecords()[0]?.id, reason: '居民申请更正' }) },
  'records.sources': { may: ['province'] },
  'figures.read': { may: ['province', 'site_admin', 'city'], input: () => ({ period: 'month' }) },
  'exports.start': { may: ['province'], input: () => EXPORT },
  'exports.list': { may: ['province', 'auditor'] },
  'exports.cancel': { may: ['province', 'auditor'], input: runningExport },
  'exchange.browseBatches': { may: ['province', 'city'], input: () => ({}) },
  'exchange.openBatch': { may: ['province', 'city'], input: () => ({ cdBatch: BATCH }) },
  'exchange.platforms': { may: ['province', 'city'] },
  'exchange.createCity': { may: ['province'], input: () => ({ code: '4404' }) },
  'exchange.createCredential': { may: ['province', 'city'], input: () => ({ cityCode: '4401', label: '测试' }) },
  'exchange.rotateCredential': { may: ['province', 'city'], input: () => ({ appId: 'demo-4401' }) },
  'exchange.revokeCredential': { may: ['province', 'city'], input: async () => ({ appId: await credential() }) },
  'issuers.list': { may: ['province', 'city'] },
  'issuers.create': {
    may: ['province', 'city'],
    input: () => ({ code: `ISSUER${nextNumber()}`, cityCode: '4401', label: '测试' }),
  },
  'issuers.rotate': { may: ['province', 'city'], input: issuer },
  'issuers.revoke': { may: ['province', 'city'], input: issuer },
  'filings.browse': { may: ['province', 'city'], input: () => ({}) },
  'filings.open': { may: ['province', 'city'], input: submitted },
  'filings.create': { may: ['city'], input: () => FORM },
  'filings.save': { may: ['city'], input: async () => ({ ...(await draft()), ...FORM }) },
  'filings.move': { may: ['city'], input: async () => ({ ...(await submitted()), move: 'recall' }) },
  'filings.discard': { may: ['city'], input: draft },
  'filings.removeFile': {
    may: ['city'],
    input: async () => {
      const { id } = await draft();
      return { id, fileId: await picture(id) };
    },
  },
  'staff.me': { may: STAFF },
  'staff.browse': { may: ['province', 'site_admin'], input: () => ({}) },
  'staff.create': { may: ['province', 'site_admin'], input: () => newcomer(`new.${nextNumber()}`) },
  'staff.save': { may: ['province', 'site_admin'], input: colleague },
  'staff.resetPassword': { may: ['province', 'site_admin'], input: colleague },
  'staff.lock': { may: ['province', 'site_admin'], input: colleague },
  'staff.unlock': { may: ['province', 'site_admin'], input: colleague },
  'staff.endSessions': { may: ['province', 'site_admin'], input: colleague },
  'staff.liftWait': { may: ['province', 'site_admin'], input: colleague },
  'staff.resetTotp': { may: ['province'], input: () => auditorWithTotp(site) },
  'account.state': { may: STAFF },
  'account.changePassword': {
    may: STAFF,
    input: () => ({ password: PASSWORD, newPassword: 'Another-one-2026' }),
    fresh: true,
  },
  'account.enrolTotp': { may: ['province', 'auditor'], input: () => ({ password: PASSWORD }), fresh: true },
  // Nobody's app is looked at here: what is missing is a secret, or a second factor.
  'account.confirmTotp': { may: ['province', 'auditor'], input: () => ({ code: '123456' }), fresh: true, status: 409 },
  'account.dropTotp': {
    may: ['province', 'auditor'],
    input: () => ({ password: PASSWORD }),
    fresh: true,
    status: 409,
  },
  'account.setPin': { may: ['nurse'], input: () => ({ password: PASSWORD, pin: '493817' }), fresh: true },
  'account.lock': { may: ['nurse'], fresh: true },
  'account.unlock': { may: ['nurse'], input: () => ({ password: PASSWORD }), fresh: true },
  'account.endSessions': { may: STAFF, fresh: true },
  'sites.browse': { may: ['province', 'site_admin'], input: () => ({}) },
  'sites.divisions': { may: ['province'] },
  'sites.create': {
    may: ['province'],
    input: () => ({ ...SITE, code: `44010601${String(nextNumber()).padStart(2, '0')}` }),
  },
  'sites.save': { may: ['province'], input: () => SITE },
  'audit.browse': { may: ['auditor'], input: () => ({}) },
  'audit.verify': { may: ['auditor'] },
  'audit.verification': { may: ['auditor'] },
  'audit.cancelVerification': { may: ['auditor'] },
  'phone.state': { may: EVERYBODY },
  'phone.choices': { may: EVERYBODY },
  'phone.authenticate': { may: EVERYBODY, input: () => typed('李秀兰') },
  'phone.code': { may: EVERYBODY, input: () => ({ memberId }), phone: true },
  'phone.staticCode': { may: EVERYBODY, input: () => ({ memberId }), phone: true },
  'phone.changePhone': { may: EVERYBODY, input: () => ({ memberId, phone: '13800002001' }), phone: true },
  // Nobody's face is looked at here, whoever asks.
  'phone.finishFace': { may: EVERYBODY, status: 404 },
  'phone.withdraw': {
    may: EVERYBODY,
    input: async () => ({ memberId: await authenticated(phone, typed('邓㛃𬭎', { relation: 'other' })) }),
    phone: true,
  },
  'city.outbox': { may: ['city'], input: () => ({}) },
  'city.retry': { may: ['city'], input: refusedRow },
  'city.retryAll': { may: ['city'] },
  'city.reconcile': { may: ['city'], input: () => ({ from: '2026-06-01', to: '2026-06-30' }) },
  'trust.read': { may: EVERYBODY },
  'demo.codes': { may: EVERYBODY },
  'demo.register': { may: EVERYBODY },
};

const procedures = listProcedures();

it('holds every procedure of the router, and no other', () => {
  expect(Object.keys(TABLE).sort()).toEqual(procedures.map(([name]) => name).sort());
});

describe.each(procedures)('%s', (name, type) => {
  it.each(EVERYBODY)('as %s', async (who) => {
    const row = TABLE[name];
    const input = await row?.input?.(who);
    const session = row?.fresh ? await newSession(who) : who === 'nobody' ? '' : await site.cookieOf(who);
    const cookie = row?.phone ? `${session}; ${phone.jar.cookie}` : session;
    const query = type === 'query';
    const url = `${site.url}/api/trpc/${name}`;
    const response = query
      ? await fetch(`${url}?input=${encodeURIComponent(JSON.stringify(input ?? {}))}`, { headers: { cookie } })
      : await fetch(url, {
          method: 'POST',
          headers: { cookie, 'content-type': 'application/json' },
          body: JSON.stringify(input),
        });
    const allowed = row?.may.includes(who);
    expect(response.status).toBe(allowed ? (row?.status ?? 200) : who === 'nobody' ? 401 : 403);
  });
});

it('refuses a session whose role lost its site', async () => {
  const { authorise } = await import('./staff/actor.ts');
  const homeless = {
    kind: 'staff' as const,
    id: 'x',
    username: 'x',
    name: 'x',
    role: 'nurse' as const,
    siteCode: null,
    cityCode: null,
    requestId: 'x',
  };
  expect(() => authorise(homeless, 'nurse')).toThrowError(expect.objectContaining({ code: 'FORBIDDEN' }));
});

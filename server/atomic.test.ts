import { eq } from 'drizzle-orm';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO_CITY } from '../db/demo/city.ts';
import { fillDemo } from '../db/demo/fill.ts';
import { demoRecords } from '../db/demo/records.ts';
import { type Db, open, tables } from '../db/index.ts';
import { makeTestDatabase, type TestDatabase } from '../db/test-database.ts';
import { failingAt, writingBy } from '../db/test-faults.ts';
import { accountWrites } from './account/test-writes.ts';
import { recordVerdict } from './audit/verification.ts';
import { authenticate } from './city/authenticate.ts';
import { changePhone } from './city/change-phone.ts';
import { importRegister } from './city/import-register.ts';
import { retryAll, retryRow } from './city/outbox.ts';
import { type Answer, openBatch, settle } from './city/outbox-batch.ts';
import { type CityPlatform, makeCityPlatform } from './city/platform.ts';
import { typed } from './city/test-city.ts';
import { withdraw } from './city/withdraw.ts';
import { applyBatch } from './exchange/apply-batch.ts';
import { createCity } from './exchange/create-city.ts';
import { createCredential, revokeCredential, rotateCredential } from './exchange/credentials.ts';
import { makeSealer } from './exchange/seal.ts';
import { stageBatch } from './exchange/stage-batch.ts';
import { counter, fictionalRecord, type WireRecord } from './exchange/test-exchange.ts';
import { rollUp } from './figures/roll-up.ts';
import { discardFiling } from './filings/discard.ts';
import { addFile, removeFile } from './filings/files.ts';
import { moveFiling } from './filings/move.ts';
import { createFiling, saveFiling } from './filings/save-draft.ts';
import { createIssuer, revokeIssuer, rotateIssuer } from './issuers/manage.ts';
import { makeLog } from './log.ts';
import { browseRecords } from './records/browse.ts';
import { presentTime } from './records/check-record.ts';
import { revealRecord } from './records/reveal.ts';
import { lookup } from './scan/lookup.ts';
import { createSite } from './sites/create.ts';
import { saveSite } from './sites/save.ts';
import { SITE_DEFAULTS } from './sites/schema.ts';
import { endSessions, lockStaff, resetPassword, unlockStaff } from './staff/accounts.ts';
import type { Actor } from './staff/actor.ts';
import { createStaff } from './staff/create-staff.ts';
import { importStaff } from './staff/import.ts';
import { saveStaff } from './staff/save.ts';
import { qrOf } from './test-console.ts';
import { issueVoucher } from './vouchers/issue.ts';
import { reprintVoucher } from './vouchers/reprint.ts';
import { voidVoucher } from './vouchers/void.ts';

let database: TestDatabase;
let db: Db;
let city: CityPlatform;
beforeAll(async () => {
  database = await makeTestDatabase();
  db = await open(database.url);
  await fillDemo(db, 'a-secret-of-this-test-and-of-nothing-else');
  city = makeCityPlatform(db, DEMO_CITY, makeLog('silent'));
  await db.write((tx) =>
    tx.update(tables.sites).set({ staticCodes: false }).where(eq(tables.sites.code, '4403050001')),
  );
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

async function everything(): Promise<string> {
  const all = await Promise.all(Object.values(tables).map((table) => db.read.select().from(table)));
  return JSON.stringify(all);
}

async function actorOf(username: string): Promise<Actor> {
  const [row] = await db.read.select().from(tables.staff).where(eq(tables.staff.username, username));
  if (!row) throw new Error(`no ${username}`);
  return { kind: 'staff', ...row, requestId: 'test' };
}

const code = { code: qrOf('demo:authenticated') };
const printed = async () => (await issueVoucher(db, sealer, await actorOf('nurse'), code)).voucherNo;
const sealer = makeSealer('a-secret-of-this-test-and-of-nothing-else');
const platform = { kind: 'platform' as const, appId: 'demo-4401', cityCode: '4401', requestId: 'test' };
const nextResident = counter(10);
const nextNumber = counter(1);
const nextBatch = () => `4401261123160000${String(nextNumber()).padStart(3, '0')}`;

async function uploadTo(target: Db, cdBatch: string, records: WireRecord[]) {
  async function* rows() {
    yield records.map((record) => ({ ...record, cd_batch: cdBatch }));
  }
  const staged = await stageBatch(rows(), presentTime());
  await applyBatch(target, platform, { cdBatch, staged }).finally(() => staged.close());
}

const SITE = '4401060001';
const siteSettings = { ...SITE_DEFAULTS, divisionCode: '440106' };
async function* twoPeople() {
  yield Buffer.from('username,name,role\nimported.a,甲,auditor\nimported.b,乙,auditor\n');
}

async function* onePerson() {
  yield Buffer.from('name,id_card_type_code,idcode\n钱新人,03,E00000001\n');
}
const phone = { digest: 'd'.repeat(64), address: '127.0.0.1' };
const memberOf = async (name: string) => {
  const done = await authenticate(db, city, phone, typed(name, { relation: 'other' }));
  return done.outcome === 'authenticated' ? done.memberId : 0;
};

const system = { kind: 'system' as const, program: 'test', requestId: 'test' };

const form = {
  ...{
    appName: '示例',
    appOrganisation: '示例',
    organisationRecordNo: '示例',
    builder: '示例',
    builderContact: '示例',
  },
  ...{ developer: '示例', developerContact: '示例', authenticationMethod: '2' },
};
const bytes = PNG.sync.write(new PNG({ width: 8, height: 8 }));
/** A draft that is ready to be submitted. */
async function ready() {
  const { id } = await createFiling(db, await actorOf('city'), form);
  return { id, ...(await addFile(db, await actorOf('city'), { id, kind: 'screen', name: 'x.png', bytes })) };
}
async function handedIn() {
  const { id } = await ready();
  await moveFiling(db, await actorOf('city'), { id, move: 'submit' });
  await addFile(db, await actorOf('city'), { id, kind: 'stamped', name: 'x.png', bytes });
  return moveFiling(db, await actorOf('city'), { id, move: 'hand_in' });
}

const WRITES: Record<string, (db: Db) => Promise<unknown>> = {
  'scan.lookup': async (broken) => lookup(broken, sealer, await actorOf('nurse'), code),
  'vouchers.issue': async (broken) =>
    issueVoucher(broken, sealer, await actorOf('nurse'), { code: qrOf('demo:child') }),
  'vouchers.issue, refused': async (broken) =>
    issueVoucher(broken, sealer, await actorOf('nurse'), { code: qrOf('demo:unauthenticated') }),
  'vouchers.reprint': async (broken) => reprintVoucher(broken, await actorOf('nurse'), { voucherNo: await printed() }),
  'vouchers.void': async (broken) =>
    voidVoucher(broken, await actorOf('site_admin'), { voucherNo: await printed(), reason: '打印有误' }),
  'figures: a roll-up': (broken) => rollUp(broken),
  'records.browse': async (broken) => browseRecords(broken, await actorOf('province'), {}),
  'records.reveal': async (broken) =>
    revealRecord(broken, await actorOf('province'), { id: demoRecords()[0]?.id ?? '', reason: '居民申请更正' }),
  'vouchers.issue, static code refused': async (broken) =>
    issueVoucher(broken, sealer, await actorOf('nurse2'), { code: qrOf('demo:child') }),
  'sites.create': async (broken) =>
    createSite(broken, await actorOf('province'), { ...siteSettings, code: '4401060002', name: '新单位' }),
  'sites.save': async (broken) =>
    saveSite(broken, await actorOf('province'), { ...siteSettings, code: SITE, name: '改名' }),
  'staff.save': async (broken) =>
    saveStaff(broken, await actorOf('province'), { username: 'nurse2', name: '改名', role: 'auditor' }),
  'staff.create': async (broken) =>
    createStaff(broken, await actorOf('site_admin'), {
      ...{ username: 'newcomer', name: '新人', role: 'nurse', siteCode: SITE },
    }),
  'staff.import': async (broken) => importStaff(broken, await actorOf('province'), twoPeople()),
  'staff.resetPassword': async (broken) => resetPassword(broken, await actorOf('province'), { username: 'nurse2' }),
  'staff.lock': async (broken) => lockStaff(broken, await actorOf('province'), { username: 'nurse2' }),
  'staff.unlock': async (broken) => unlockStaff(broken, await actorOf('province'), { username: 'nurse2' }),
  'staff.endSessions': async (broken) => endSessions(broken, await actorOf('province'), { username: 'nurse2' }),
  ...accountWrites(() => db, actorOf),
  'exchange: a batch': (broken) =>
    uploadTo(broken, nextBatch(), [fictionalRecord(1), { ...fictionalRecord(2), phone: '' }]),
  'exchange: changes': async (broken) => {
    const [changed, withdrawn] = [fictionalRecord(nextResident()), fictionalRecord(nextResident())];
    await uploadTo(db, nextBatch(), [changed, withdrawn]);
    return uploadTo(broken, nextBatch(), [
      { ...changed, cd_operation: 'u', name: '改名' },
      { ...withdrawn, cd_operation: 'd' },
    ]);
  },
  'exchange.createCity': async (broken) => createCity(broken, await actorOf('province'), { code: '4404' }),
  'exchange.createCredential': async (broken) =>
    createCredential(broken, sealer, await actorOf('city'), { cityCode: '4401', label: '测试' }),
  'exchange.rotateCredential': async (broken) =>
    rotateCredential(broken, sealer, await actorOf('city'), { appId: 'demo-4401', overlapHours: 1 }),
  'exchange.revokeCredential': async (broken) => {
    const made = await createCredential(db, sealer, await actorOf('city'), { cityCode: '4401', label: '测试' });
    return revokeCredential(broken, await actorOf('city'), made);
  },
  'issuers.create': async (broken) =>
    createIssuer(broken, sealer, await actorOf('city'), { code: 'ATOMIC', cityCode: '4401', label: '测试' }),
  'issuers.rotate': async (broken) => rotateIssuer(broken, sealer, await actorOf('city'), { code: 'GZHEALTH' }),
  'issuers.revoke': async (broken) => {
    const code = `ATOMIC${nextNumber()}`;
    await createIssuer(db, sealer, await actorOf('city'), { code, cityCode: '4401', label: '测试' });
    return revokeIssuer(broken, await actorOf('city'), { code });
  },
  'phone.authenticate': (broken) => authenticate(broken, city, phone, typed('王新民')),
  'phone.authenticate, a change': async (broken) => {
    await authenticate(db, city, phone, typed('李秀兰', { relation: 'elder', methods: ['1'] }));
    return authenticate(broken, city, phone, typed('李秀兰', { relation: 'elder' }));
  },
  'phone.changePhone': async (broken) => {
    const memberId = await memberOf('周现场');
    await db.write((tx) => tx.update(tables.cityResidents).set({ phone: '13800002999' }));
    return changePhone(broken, city, phone, { memberId, phone: '13800002007' });
  },
  'phone.withdraw': async (broken) => withdraw(broken, city, phone, { memberId: await memberOf('邓㛃𬭎') }),
  'city.retry': async (broken) => {
    await memberOf('张同机');
    const [row] = await db.write((tx) => tx.update(tables.cityOutbox).set({ state: 'refused' }).returning());
    return retryRow(broken, city, await actorOf('city'), { id: row?.id ?? 0 });
  },
  'city.retryAll': async (broken) => {
    await memberOf('张同机');
    await db.write((tx) => tx.update(tables.cityOutbox).set({ state: 'refused' }).where(eq(tables.cityOutbox.id, 1)));
    return retryAll(broken, city, await actorOf('city'));
  },
  'city: a batch, and its receipt': async (broken) => {
    await memberOf('孙同机');
    const batch = await openBatch(broken, '4401');
    const rows = batch?.rows ?? [];
    await settle(broken, batch ?? { cdBatch: '', rows, hasMore: false }, {
      receipt: { rejected: 1 } as Answer['receipt'],
      refused: new Map([[1, []]]),
    });
  },
  'city:register': (broken) => importRegister(broken, onePerson()),
  'filings.create': async (broken) => createFiling(broken, await actorOf('city'), form),
  'filings.save': async (broken) => {
    const { id } = await ready();
    return saveFiling(broken, await actorOf('city'), { id, ...form, appName: '改名' });
  },
  'filings: a file': async (broken) => {
    const { id } = await ready();
    return addFile(broken, await actorOf('city'), { id, kind: 'screen', name: 'x.png', bytes });
  },
  'filings.discard': async (broken) => discardFiling(broken, await actorOf('city'), await ready()),
  'filings.removeFile': async (broken) => removeFile(broken, await actorOf('city'), await ready()),
  'filings.move, submit': async (broken) => {
    const { id } = await ready();
    return moveFiling(broken, await actorOf('city'), { id, move: 'submit' });
  },
  'filings.move, approve': async (broken) => {
    const { id } = await handedIn();
    return moveFiling(broken, await actorOf('province'), { id, move: 'approve', opinion: '同意' });
  },
  'filings.move, return': async (broken) => {
    const { id } = await handedIn();
    return moveFiling(broken, await actorOf('province'), { id, move: 'return', opinion: '请改正' });
  },
  'audit.verify': async (broken) => recordVerdict(broken, await actorOf('auditor'), null),
  'staff:create': (broken) => createStaff(broken, system, { username: 'newcomer2', name: '新人', role: 'auditor' }),
};

// A batch says a dozen statements; what else is written says fewer.
it.each(Object.keys(WRITES))('%s', async (name) => {
  const write = WRITES[name];
  if (!write) throw new Error(name);
  await printed();
  let cuts = 0;
  for (let n = 1; n <= 20; n += 1) {
    // What the write stands on (a printed voucher) may count its own prints before the cut; so look right before it.
    let before = '';
    const broken = failingAt(db, n);
    const watched = writingBy(db, async (work) => {
      before = await everything();
      return broken.write(work);
    });
    const failed = await write(watched).then(
      () => false,
      (error: Error) => error.message === 'power cut',
    );
    if (!failed) break;
    cuts += 1;
    expect(await everything()).toBe(before);
  }
  expect(cuts).toBeGreaterThan(0);
});

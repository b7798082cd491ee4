/** What is left of somebody who withdraws, and who may do so: a family's phones, and strangers'. */
import { asc, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tables } from '../../db/index.ts';
import { codeOf, startTestConsole, type TestConsole } from '../test-console.ts';
import { authenticated, makePhone, type TestPhone, typed } from './test-city.ts';

const { cityMembers, cityOutbox, cityRegister, cityResidents, filings } = tables;
let site: TestConsole;
let phone: TestPhone;
let other: TestPhone;
beforeEach(async () => {
  site = await startTestConsole({ city: { uploadSeconds: 0.1 } });
  phone = makePhone(site);
  other = makePhone(site);
});
afterEach(() => site.close());

const outbox = () => site.db.read.select().from(cityOutbox).orderBy(asc(cityOutbox.id));
const told = async () => (await outbox()).map(({ operation, state }) => `${operation} ${state}`);
const child = () => typed('王小禾', { methods: ['1'], relation: 'child' });
const membersOf = async (of: TestPhone) => (await of.state.query()).members;
const nothing = async () => {
  expect(await site.db.read.select().from(cityResidents)).toEqual([]);
  expect(await site.db.read.select().from(cityMembers)).toEqual([]);
};
async function upload() {
  if (!site.city.uploads) site.city.startUploads(site.url);
  await vi.waitFor(async () => expect((await told()).join()).not.toMatch(/waiting|sent/), {
    timeout: 30_000,
    interval: 50,
  });
}

it('leaves nothing, here or on another phone, and the province hears of it; coming back is another record', async () => {
  const memberId = await authenticated(phone, typed('王新民'));
  await authenticated(other, typed('王新民'));
  const cardNo = (await outbox())[0]?.record?.erhc_card_no;
  await upload();
  await phone.withdraw.mutate({ memberId });
  for (const each of [phone, other]) expect(await membersOf(each)).toEqual([]);
  expect(await codeOf(phone.code.mutate({ memberId }))).toBe('MEMBER_NOT_FOUND');
  await nothing();
  await upload();
  expect(await told()).toEqual(['i accepted', 'd accepted']);
  await authenticated(phone, typed('王新民'));
  const [first, , again] = await outbox();
  expect(again?.operation).toBe('i');
  expect(again?.recordId).not.toBe(first?.recordId);
  expect(again?.record?.erhc_card_no).toBe(cardNo);
});

it('is nobody else’s to do', async () => {
  const memberId = await authenticated(phone, typed('王新民'));
  await authenticated(other, typed('李秀兰'));
  for (const call of [other.withdraw, other.code, other.staticCode]) {
    expect(await codeOf(call.mutate({ memberId }))).toBe('MEMBER_NOT_FOUND');
  }
  expect(await codeOf(other.changePhone.mutate({ memberId, phone: '13800002001' }))).toBe('MEMBER_NOT_FOUND');
});

it('leaves unsaid what the province has not heard yet', async () => {
  const memberId = await authenticated(phone, typed('王新民'));
  await phone.withdraw.mutate({ memberId });
  await upload();
  expect(await told()).toEqual(['i unsaid']);
  expect((await outbox()).map(({ record }) => record)).toEqual([null]);
});

describe('while a record is under way', () => {
  /** Withdraws after the batch left, before its answer is settled: the province refuses what comes of a revoked app. */
  async function withdrawOnTheWay(memberId: number) {
    await site.db.write((tx) =>
      tx.update(filings).set({ state: 'revoked' }).where(eq(filings.appRecordNoRecognize, 'GZ-APP-0001')),
    );
    const cdBatch = '4401261125100000009';
    await site.db.write((tx) =>
      tx.update(cityOutbox).set({ state: 'sent', cdBatch }).where(eq(cityOutbox.state, 'waiting')),
    );
    await phone.withdraw.mutate({ memberId });
  }

  it('and then refused, leaves none of its words', async () => {
    await withdrawOnTheWay(await authenticated(phone, typed('王新民')));
    expect(await told()).toEqual(['i sent', 'd waiting']);
    await upload();
    expect(await told()).toEqual(['i unsaid', 'd unsaid']);
    expect((await outbox()).map(({ record }) => record)).toEqual([null, null]);
  });

  it('and the province holds an older one, is still withdrawn', async () => {
    const memberId = await authenticated(phone, typed('王新民'));
    await upload();
    await site.city.stop();
    site.city.uploads = null;
    await authenticated(phone, typed('王新民', { methods: ['1', '2'] }));
    await withdrawOnTheWay(memberId);
    await upload();
    expect(await told()).toEqual(['i accepted', 'u unsaid', 'd accepted']);
  });
});

describe('a phone that knows name and number only', () => {
  let memberId: number;
  beforeEach(async () => {
    memberId = await authenticated(phone, typed('王新民'));
    await authenticated(other, typed('王新民', { methods: ['1'] }));
  });

  it('shows a dynamic code, and neither the phone number nor a code for paper', async () => {
    expect(await membersOf(other)).toMatchObject([{ name: '王*民', phone: null, speaks: false }]);
    expect((await other.code.mutate({ memberId })).text).toMatch(/^[0-9A-F]{64}:0:/);
    expect(await codeOf(other.staticCode.mutate({ memberId }))).toBe('WEAKER_AUTHENTICATION');
  });

  it('ends what it shows itself, and nothing of the resident', async () => {
    await other.withdraw.mutate({ memberId });
    expect(await membersOf(other)).toEqual([]);
    expect(await membersOf(phone)).toMatchObject([{ speaks: true }]);
    expect(await told()).toEqual(['i waiting', 'u waiting']);
    await phone.withdraw.mutate({ memberId });
    await nothing();
  });

  it('is no guardian', async () => {
    expect(await other.state.query()).toMatchObject({ canAddChildren: false });
    expect(await codeOf(other.authenticate.mutate(child()))).toBe('GUARDIAN_REQUIRED');
  });

  it('speaks for the resident once the phone number was verified on it', async () => {
    await site.db.write((tx) =>
      tx.update(cityRegister).set({ phone: '13800002111' }).where(eq(cityRegister.name, '王新民')),
    );
    await other.changePhone.mutate({ memberId, phone: '13800002111' });
    expect(await membersOf(other)).toMatchObject([{ phone: '138****2111', speaks: true }]);
    await other.withdraw.mutate({ memberId });
    await nothing();
  });

  it('ends everything when no other phone shows the resident any more', async () => {
    const [mine] = await site.db.read.select().from(cityMembers).orderBy(asc(cityMembers.accountId));
    await site.db.write((tx) => tx.delete(cityMembers).where(eq(cityMembers.accountId, mine?.accountId ?? 0)));
    await other.withdraw.mutate({ memberId });
    await nothing();
  });
});

describe('a child', () => {
  let guardian: number;
  let memberId: number;
  beforeEach(async () => {
    guardian = await authenticated(phone, typed('王新民'));
    memberId = await authenticated(phone, child());
    await authenticated(other, typed('李秀兰'));
  });

  it('keeps the guardian whom the record names, whoever adds it later', async () => {
    expect(await authenticated(other, child())).toBe(memberId);
    const [resident] = await site.db.read.select().from(cityResidents).where(eq(cityResidents.id, memberId));
    expect(resident).toMatchObject({ guardianId: guardian, linkman: '王新民', phone: '13800002001' });
    expect(await told()).toHaveLength(3);
    const [, shown] = (await membersOf(other)).sort((one, two) => Number(one.isChild) - Number(two.isChild));
    expect(shown).toMatchObject({ isChild: true, phone: null, speaks: false });
    expect(await codeOf(other.staticCode.mutate({ memberId }))).toBe('WEAKER_AUTHENTICATION');
    await other.withdraw.mutate({ memberId });
    expect(await membersOf(other)).toHaveLength(1);
    expect(await membersOf(phone)).toHaveLength(2);
  });

  it('is withdrawn with the guardian, and is on no phone any more', async () => {
    await authenticated(other, child());
    await upload();
    await phone.withdraw.mutate({ memberId: guardian });
    await upload();
    expect((await told()).sort()).toEqual(['d accepted', 'd accepted', 'i accepted', 'i accepted', 'i accepted']);
    expect(await membersOf(other)).toMatchObject([{ isChild: false }]);
    // Another guardian begins anew.
    expect(await authenticated(other, child())).not.toBe(memberId);
    const [resident] = await site.db.read.select().from(cityResidents).where(eq(cityResidents.name, '王小禾'));
    expect(resident).toMatchObject({ linkman: '李秀兰' });
  });

  it('is withdrawn alone by its guardian', async () => {
    await phone.withdraw.mutate({ memberId });
    expect(await membersOf(phone)).toMatchObject([{ memberId: guardian }]);
    expect(await codeOf(phone.code.mutate({ memberId }))).toBe('MEMBER_NOT_FOUND');
  });

  it('is not spoken for by a phone that came to know less of the guardian than another', async () => {
    const weak = makePhone(site);
    // First by name and number, when nobody knew more.
    const id = await authenticated(weak, typed('张同机', { methods: ['1'] }));
    await site.db.write((tx) => tx.update(cityResidents).set({ guardianId: id }).where(eq(cityResidents.id, memberId)));
    await authenticated(weak, child());
    expect((await membersOf(weak)).map(({ speaks }) => speaks)).toEqual([true, true]);
    await authenticated(makePhone(site), typed('张同机'));
    expect((await membersOf(weak)).map(({ speaks }) => speaks)).toEqual([false, false]);
    await weak.withdraw.mutate({ memberId: id });
    expect(await membersOf(weak)).toEqual([]);
    expect(await membersOf(phone)).toHaveLength(2);
  });
});

it('is asked for again where the notice has another text by now, before any code', async () => {
  const memberId = await authenticated(phone, typed('王新民'));
  await site.db.write((tx) => tx.update(cityMembers).set({ consentVersion: '2020-01' }));
  expect(await membersOf(phone)).toMatchObject([{ mustConsent: true }]);
  for (const call of [phone.code, phone.staticCode]) {
    expect(await codeOf(call.mutate({ memberId }))).toBe('CONSENT_OUTDATED');
  }
  await authenticated(phone, typed('王新民'));
  expect(await codeOf(phone.code.mutate({ memberId }))).toBe('ok');
});

it('has one person of its own, also of two who come at once', async () => {
  const first = await authenticated(phone, typed('王新民', { relation: 'other' }));
  await phone.withdraw.mutate({ memberId: first });
  const codes = await Promise.all(['王新民', '李秀兰'].map((name) => codeOf(phone.authenticate.mutate(typed(name)))));
  expect(codes.sort()).toEqual(['BAD_INPUT', 'ok']);
  expect(await membersOf(phone)).toHaveLength(1);
});

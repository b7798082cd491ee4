/** Who is authenticated on a phone, and what everybody else is told. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tables } from '../../db/index.ts';
import { checkCharacter } from '../records/identity-number.ts';
import { codeOf, startTestConsole, type TestConsole } from '../test-console.ts';
import { authenticated, indexed, makePhone, type TestPhone, typed } from './test-city.ts';

let site: TestConsole;
let phone: TestPhone;
beforeEach(async () => {
  site = await startTestConsole();
  phone = makePhone(site);
});
afterEach(() => site.close());

const outbox = () => site.db.read.select().from(tables.cityOutbox).orderBy(tables.cityOutbox.id);
/** A right number that nobody in the register has. */
const NOBODY = `44010619860512991${checkCharacter('44010619860512991')}`;
/** Code, message and field of a refusal. */
async function refusalOf(call: Promise<unknown>) {
  const error = await call.then(
    () => null,
    (thrown: { data?: { error?: object } }) => thrown.data?.error,
  );
  return error ?? null;
}
const MISMATCH = { code: 'IDENTITY_MISMATCH', message: '姓名、证件号码或手机号不一致,请核对后再试', field: null };

describe('a resident of the register', () => {
  it('is authenticated, and the province will hear of it in the 25 fields', async () => {
    const memberId = await authenticated(phone, typed('王新民'));
    const state = await phone.state.query();
    expect(state).toMatchObject({ methods: ['1', '2'], canAddChildren: true });
    expect(state.members).toEqual([
      {
        ...{ memberId, relation: 'self', name: '王*民', phone: '138****2001' },
        ...{ isChild: false, methods: '2', mustConsent: false, speaks: true },
      },
    ]);
    const [row] = await outbox();
    expect(row).toMatchObject({ operation: 'i', state: 'waiting', cdBatch: null });
    expect(row?.record).toMatchObject({
      ...{ id: row?.recordId, name: '王新民', sex: '1', birthday: '1986-05-12', nation: '01', nationality: 'CHN' },
      ...{ phone: '13800002001', authentication_method: '2', recognize_flag: '1', cd_source: '4401' },
      ...{ app_record_no: 'GZ-NET-0001', app_record_no_recognize: 'GZ-APP-0001' },
      ...{ erhc_card_no: expect.stringMatching(/^[0-9A-F]{64}$/), empi: expect.stringMatching(/^[0-9A-F]{64}$/) },
    });
    expect(row?.record?.erhc_card_no).not.toBe(row?.record?.empi);
  });

  it('keeps the phone by a cookie that scripts and other sites can’t use', async () => {
    await authenticated(phone, typed('王新民'));
    expect(phone.jar.attributes).toBe('; Max-Age=15552000; Path=/; HttpOnly; SameSite=Strict');
    const [account] = await site.db.read.select().from(tables.cityAccounts);
    expect(phone.jar.cookie).not.toContain(account?.tokenDigest);
    expect((await makePhone(site).state.query()).members).toEqual([]);
  });

  it.each([
    ['dots', '阿依古丽·买买提', '阿依古丽•买买提'],
    ['full width and blanks', '阿依古丽·买买提', ' 阿依古丽 · 买买提 '],
    ['rare characters', '邓㛃𬭎', '邓㛃𬭎'],
  ])('is found however the name is typed: %s', async (_, name, as) => {
    await authenticated(phone, { ...typed(name), name: as });
    expect((await outbox()).map(({ record }) => record?.name)).toEqual([name]);
  });

  it('has 现场认证 besides when a counter saw the document', async () => {
    await authenticated(phone, typed('周现场'));
    expect((await outbox())[0]?.record).toMatchObject({ authentication_method: '2^4' });
  });

  it('says nothing new by authenticating again, and changes the record by another way', async () => {
    await authenticated(phone, typed('王新民'));
    await authenticated(phone, typed('王新民'));
    expect((await outbox()).map(({ operation }) => operation)).toEqual(['i']);
    await authenticated(makePhone(site), typed('王新民', { methods: ['1', '2'] }));
    const rows = await outbox();
    expect(rows.map(({ operation }) => operation)).toEqual(['i', 'u']);
    expect(new Set(rows.map(({ recordId }) => recordId)).size).toBe(1);
  });

  it('keeps a phone number that was verified, however somebody authenticates with another one', async () => {
    await authenticated(phone, typed('王新民'));
    await authenticated(makePhone(site), typed('王新民', { methods: ['1'], phone: '13800002999' }));
    expect((await outbox()).map(({ record }) => [record?.phone, record?.authentication_method])).toEqual([
      ['13800002001', '2'],
      ['13800002001', '1^2'],
    ]);
  });

  it('shares a phone number with another', async () => {
    await authenticated(phone, typed('张同机'));
    await authenticated(makePhone(site), typed('孙同机'));
    expect((await outbox()).map(({ record }) => record?.phone)).toEqual(['13800002003', '13800002003']);
  });

  it('may be a foreigner with a permanent residence card, whose number is like a citizen’s', async () => {
    const first17 = '91101019850704992';
    const idcode = first17 + checkCharacter(first17);
    const person = { name: 'ANNA EXAMPLE', idCardTypeCode: '01', idcode, phone: '13800002010', nation: null };
    await site.db.write((tx) => tx.insert(tables.cityRegister).values(indexed(person)));
    const input = { ...typed('王新民'), name: 'Anna Example', idcode, phone: '13800002010' };
    expect(await refusalOf(phone.authenticate.mutate(input))).toMatchObject({ field: 'nationality' });
    await authenticated(phone, { ...input, nationality: 'SWE' });
    expect((await outbox())[0]?.record).toMatchObject({ nationality: 'SWE', nation: null, sex: '2', idcode });
  });

  it('may be a foreigner, who says what the passport says', async () => {
    const input = typed('SOPHIE TURNER-LEE', { name: 'Sophie  Turner-Lee', idcode: 'e98765432' });
    expect(await refusalOf(phone.authenticate.mutate(input))).toMatchObject({
      code: 'BAD_INPUT',
      field: 'nationality',
    });
    const passport = { nationality: 'GBR', sex: '2', birthday: '1991-04-02' };
    expect(await refusalOf(phone.authenticate.mutate({ ...input, ...passport, sex: '5' }))).toMatchObject({
      ...{ code: 'BAD_INPUT', field: 'sex' },
    });
    await authenticated(phone, { ...input, ...passport });
    expect((await outbox())[0]?.record).toMatchObject({
      ...{ nation: null, nationality: 'GBR', id_card_type_code: '03', idcode: 'E98765432', sex: '2' },
      name: 'SOPHIE TURNER-LEE',
    });
  });
});

describe('a wrong try', () => {
  it.each([
    ['name', { name: '王新明' }],
    ['number', { idcode: NOBODY }],
    ['phone', { phone: '13800002999' }],
  ])('is told the same whatever was wrong: %s', async (_, over) => {
    const input = { ...typed('王新民'), ...over };
    expect(await refusalOf(phone.authenticate.mutate(input))).toMatchObject(MISMATCH);
    expect(await outbox()).toEqual([]);
    expect(await phone.state.query()).toMatchObject({ members: [] });
  });

  it('is the last one after five, from wherever, the right one included', async () => {
    for (let n = 0; n < 5; n += 1) {
      const other = makePhone(site);
      expect(await codeOf(other.authenticate.mutate({ ...typed('王新民'), phone: '13800002999' }))).toBe(
        'IDENTITY_MISMATCH',
      );
    }
    expect(await refusalOf(phone.authenticate.mutate(typed('王新民')))).toMatchObject({
      ...{ code: 'TOO_MANY_TRIES', message: '认证失败次数过多,请 60 分钟后再试' },
    });
    // Others are not kept waiting.
    await authenticated(phone, typed('李秀兰'));
  });

  it('is the last one after five at once, too', async () => {
    const wrong = { ...typed('王新民'), name: '王新' };
    const codes = await Promise.all(
      Array.from({ length: 9 }, () => codeOf(makePhone(site).authenticate.mutate(wrong))),
    );
    expect(codes.filter((code) => code === 'IDENTITY_MISMATCH')).toHaveLength(5);
    expect(codes.filter((code) => code === 'TOO_MANY_TRIES')).toHaveLength(4);
  });

  it('ends a device after ten, whoever was tried', async () => {
    const names = ['王新民', '李秀兰', '张同机'];
    for (let n = 0; n < 10; n += 1) {
      const name = names[n % 3] ?? '';
      expect(await codeOf(phone.authenticate.mutate({ ...typed(name), phone: '13800002999' }))).toBe(
        'IDENTITY_MISMATCH',
      );
    }
    expect(await codeOf(phone.authenticate.mutate(typed('邓㛃𬭎')))).toBe('TOO_MANY_TRIES');
  });

  it('is not counted when the form was wrong, or when it succeeded', async () => {
    for (let n = 0; n < 7; n += 1) {
      expect(await codeOf(phone.authenticate.mutate({ ...typed('王新民'), idcode: '440106860512993' }))).toBe(
        'BAD_INPUT',
      );
      await authenticated(phone, typed('王新民'));
    }
  });
});

it.each([
  ['15 digits', { idcode: '440106860512993' }, 'idcode', '证件号码为 15 位旧号码,请换成 18 位公民身份号码'],
  [
    'a wrong check character',
    { idcode: wrongCheck(typed('王新民').idcode) },
    'idcode',
    '证件号码校验码(第 18 位)不符(GB 11643-1999)',
  ],
  ['no number at all', { idcode: '12345' }, 'idcode', '证件号码应为 18 位公民身份号码(GB 11643-1999)'],
  ['no phone', { phone: undefined }, 'phone', '请填写手机号'],
  ['half a phone', { phone: '1380000' }, 'phone', '手机号应为 11 位手机号码'],
  ['an old notice', { consentVersion: '2020-01' as never }, 'consentVersion', '请先阅读并同意个人信息处理告知书'],
  ['no way', { methods: [] }, 'methods', '请选择认证方式'],
  ['a face, where no gateway looks at it', { methods: ['3' as const] }, 'methods', '暂不支持这种认证方式'],
])('tells what is wrong with the form: %s', async (_, over, field, message) => {
  const input = { ...typed('王新民'), ...over };
  expect(await refusalOf(phone.authenticate.mutate(input))).toMatchObject({ code: 'BAD_INPUT', field, message });
});

describe('a child', () => {
  const child = () => typed('王小禾', { methods: ['1'], relation: 'child' });

  it('is authenticated by a guardian who is, without a phone of its own', async () => {
    expect(await refusalOf(phone.authenticate.mutate(child()))).toMatchObject({ code: 'GUARDIAN_REQUIRED' });
    const guardian = await authenticated(phone, typed('王新民'));
    expect(await codeOf(phone.authenticate.mutate({ ...child(), relation: 'self' }))).toBe('BAD_INPUT');
    const memberId = await authenticated(phone, child());
    const { record } = (await outbox())[1] ?? {};
    expect(record).toMatchObject({
      ...{ name: '王小禾', phone: '13800002001', linkman: '王新民', telephone: '13800002001' },
      ...{ authentication_method: '1', birthday: '2021-06-01' },
    });
    const [member] = await site.db.read
      .select()
      .from(tables.cityMembers)
      .where(eq(tables.cityMembers.residentId, memberId));
    expect(member).toMatchObject({ relation: 'child', consentedBy: guardian });
    expect((await phone.state.query()).members).toMatchObject([
      { relation: 'self' },
      { relation: 'child', isChild: true },
    ]);
  });

  it('is not authenticated alone', async () => {
    expect(await refusalOf(phone.authenticate.mutate({ ...child(), relation: 'self' }))).toMatchObject({
      ...{ code: 'GUARDIAN_REQUIRED', field: 'relation' },
      message: '未满 14 周岁须由监护人办理:请监护人先认证本人,再添加子女',
    });
  });

  it('follows the guardian’s new phone number', async () => {
    const guardian = await authenticated(phone, typed('王新民'));
    const memberId = await authenticated(phone, child());
    expect(await codeOf(phone.changePhone.mutate({ memberId: guardian, phone: '13800002111' }))).toBe(
      'IDENTITY_MISMATCH',
    );
    await site.db.write((tx) =>
      tx.update(tables.cityRegister).set({ phone: '13800002111' }).where(eq(tables.cityRegister.name, '王新民')),
    );
    expect(await codeOf(phone.changePhone.mutate({ memberId, phone: '13800002111' }))).toBe('BAD_INPUT');
    await phone.changePhone.mutate({ memberId: guardian, phone: '13800002111' });
    const rows = (await outbox()).map(({ operation, record }) => [operation, record?.name, record?.phone]);
    expect(rows.slice(2)).toEqual([
      ['u', '王新民', '13800002111'],
      ['u', '王小禾', '13800002111'],
    ]);
  });
});

it('has one person of its own, and a family', async () => {
  await authenticated(phone, typed('王新民'));
  expect(await refusalOf(phone.authenticate.mutate(typed('李秀兰')))).toMatchObject({
    ...{ code: 'BAD_INPUT', field: 'relation', message: '本机已有本人,请选择与本人的关系' },
  });
  await authenticated(phone, typed('李秀兰', { relation: 'elder' }));
  expect((await phone.state.query()).members).toHaveLength(2);
});

function wrongCheck(number: string) {
  return number.slice(0, 17) + (number.endsWith('0') ? '1' : '0');
}

import { like } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tables } from '../../db/index.ts';
import { gb18030 } from '../exchange/test-exchange.ts';
import { type DemoUser, startTestConsole, type TestConsole } from '../test-console.ts';

const HEADINGS = '用户名,姓名,角色,接种单位编码,城市编码';
const OWN = '4401060001';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

interface Answer {
  created?: { username: string; name: string; password: string }[];
  code?: string;
  message?: string;
  rows?: { row: number; field: string; message: string }[];
}

async function send(file: BlobPart | null, who: DemoUser | null = 'province') {
  const body = new FormData();
  if (file !== null) body.set('file', new File([file], '人员.csv'));
  const headers = { cookie: who ? await site.cookieOf(who) : '' };
  const response = await fetch(`${site.url}/api/staff/import`, { method: 'POST', headers, body });
  return { status: response.status, answer: (await response.json()) as Answer };
}

const lines = (...rows: string[]) => [HEADINGS, ...rows].join('\r\n');
const counted = () => site.db.read.$count(tables.staff);

describe('an import', () => {
  it.each([
    ['UTF-8', (text: string) => text],
    ['UTF-8 with a BOM', (text: string) => `\uFEFF${text}`],
    ['GB18030', (text: string) => gb18030(text)],
  ])('adds everybody of a file in %s, each with a password that works', async (encoding, encode) => {
    const prefix = encoding.replace(/\W/g, '').toLowerCase().slice(0, 12);
    const file = lines(
      `${prefix}.a,张示例,接种护士,${OWN},`,
      ` ${prefix.toUpperCase()}.B , 李示例 ,site_admin,${OWN},`,
      `${prefix}.c,"王,示例",市级平台,,4401`,
      `${prefix}.d,赵示例,审计员,,`,
      ',,,,',
    );
    const { status, answer } = await send(encode(file));
    expect([status, answer.rows]).toEqual([200, undefined]);
    expect(answer.created?.map(({ username, name }) => [username, name])).toEqual([
      [`${prefix}.a`, '张示例'],
      [`${prefix}.b`, '李示例'],
      [`${prefix}.c`, '王,示例'],
      [`${prefix}.d`, '赵示例'],
    ]);
    for (const { username, password } of answer.created ?? []) {
      expect((await site.signIn(username, password)).status).toBe(200);
    }
    const added = await site.db.read
      .select()
      .from(tables.staff)
      .where(like(tables.staff.username, `${prefix}.%`))
      .orderBy(tables.staff.username);
    expect(added.map(({ role, siteCode, cityCode }) => [role, siteCode, cityCode])).toEqual([
      ['nurse', OWN, null],
      ['site_admin', OWN, null],
      ['city', null, '4401'],
      ['auditor', null, null],
    ]);
  });

  it('takes English headings in any order, and is audited by person, without names', async () => {
    const { answer } = await send(`site_code,role,name,username\n${OWN},nurse,钱示例,english.a\n`);
    expect(answer.created).toHaveLength(1);
    const events = await site.db.read.select().from(tables.auditEvents);
    const people = await site.db.read.select().from(tables.staff);
    const id = people.find(({ username }) => username === 'english.a')?.id;
    const told = events.filter(({ subject }) => subject === id);
    expect(told).toMatchObject([{ action: 'staff.create', outcome: 'ok', actorRole: 'province', detail: 'nurse' }]);
    expect(JSON.stringify(events)).not.toContain('钱示例');
  });

  it('adds nobody when a row is wrong, and says what is wrong with each', async () => {
    const before = await counted();
    const { status, answer } = await send(
      lines(
        `good.one,好人,接种护士,${OWN},`,
        `x,短名,接种护士,${OWN},`,
        'no.role,无角色,院长,,',
        `twice,甲,接种护士,${OWN},`,
        `TWICE,乙,接种护士,${OWN},`,
        `nurse,重名,接种护士,${OWN},`,
        'no.site,丙,接种护士,9999999999,',
        'no.city,丁,市级平台,,9999',
        'siteless,戊,接种护士,,',
        'short,己,审计员',
        `nameless,,接种护士,${OWN},`,
      ),
    );
    expect([status, answer.code]).toEqual([400, 'IMPORT_REFUSED']);
    expect(answer.rows?.map(({ row, field, message }) => `${row} ${field} ${message}`)).toEqual([
      '3 username 用户名由 3 至 30 位小写字母、数字、下划线或点组成',
      '4 role 角色不在允许范围内',
      '5 username 用户名在文件中重复',
      '6 username 用户名在文件中重复',
      '7 username 用户名已被使用',
      '8 site_code 没有这个接种单位',
      '9 city_code 没有这个城市',
      '10 site_code 该角色必须填写接种单位',
      '11  单元格数量与第一行不一致',
      '12 name 请填写姓名',
    ]);
    expect(await counted()).toBe(before);
  });

  it('lets a site admin give the two roles at the own site, and nothing more', async () => {
    const before = await counted();
    const { answer } = await send(
      lines(
        `mine,甲,接种护士,${OWN},`,
        'theirs,乙,接种护士,4403050001,',
        // Whether a site exists is not told.
        'nowhere,丙,接种护士,9999999999,',
        'above,丁,省级管理员,,',
        'beside,戊,市级平台,,9999',
      ),
      'site_admin',
    );
    expect(answer.rows?.map(({ row, message }) => `${row} ${message}`)).toEqual([
      '3 只能管理本单位的人员',
      '4 只能管理本单位的人员',
      '5 只能给予接种护士或接种单位管理员角色',
      '6 只能给予接种护士或接种单位管理员角色',
    ]);
    expect(await counted()).toBe(before);
    expect((await send(lines(`mine,甲,接种护士,${OWN},`), 'site_admin')).status).toBe(200);
  });

  const many = (count: number) => lines(...Array.from({ length: count }, (_, n) => `m${n},甲,接种护士,0000000000,`));
  it.each([
    ['no file', null, 400, 'BAD_INPUT'],
    ['an empty file', '', 400, 'MALFORMED'],
    ['headings only', HEADINGS, 400, 'MALFORMED'],
    ['a heading that is none', '用户名,姓名,角色,工号\na.b.c,甲,审计员,1', 400, 'MALFORMED'],
    ['a heading too few', '用户名,姓名\na.b.c,甲', 400, 'MALFORMED'],
    ['a heading twice', '用户名,username,姓名,角色\na.b.c,a.b.c,甲,审计员', 400, 'MALFORMED'],
    ['an open quote', `${HEADINGS}\n"a.b.c,甲,审计员,,`, 400, 'MALFORMED'],
    ['no text at all', new Uint8Array([0xff, 0xfe, 0x00, 0x80, 0xff]), 400, 'MALFORMED'],
    ['501 people', many(501), 413, 'TOO_LARGE'],
    ['more than 1 MB', `${HEADINGS}\n${' '.repeat(1024 * 1024)}`, 413, 'TOO_LARGE'],
    ['much more than 1 MB', ' '.repeat(4 * 1024 * 1024), 413, 'TOO_LARGE'],
  ])('is refused in one piece: %s', async (_, file, status, code) => {
    const refused = await send(file);
    expect([refused.status, refused.answer.code]).toEqual([status, code]);
    expect(refused.answer.message).toMatch(/\p{Script=Han}/u);
  });

  it('takes 500 people to the check of each', async () => {
    const { answer } = await send(many(500));
    expect(answer.rows).toHaveLength(500);
  });

  it('is for the province and for site admins', async () => {
    const file = lines(`nobody.new,甲,接种护士,${OWN},`);
    expect((await send(file, null)).status).toBe(401);
    for (const who of ['nurse', 'city', 'auditor'] as const) expect((await send(file, who)).status).toBe(403);
  });

  it('is a form: anything else is refused, and so is a form of another site', async () => {
    const headers = { cookie: await site.cookieOf('province'), 'content-type': 'text/csv' };
    const url = `${site.url}/api/staff/import`;
    const bare = await fetch(url, { method: 'POST', headers, body: HEADINGS });
    expect([bare.status, (await bare.json()).code]).toEqual([400, 'MALFORMED']);
    const foreign = await fetch(url, {
      method: 'POST',
      headers: { ...headers, origin: 'http://evil.example' },
      body: '',
    });
    expect(foreign.status).toBe(403);
  });
});

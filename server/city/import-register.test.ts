import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO_REGISTER } from '../../db/demo/city.ts';
import { type Db, tables } from '../../db/index.ts';
import { makeTestDatabase } from '../../db/test-database.ts';
import { EVIDENCE } from '../../e2e/evidence.ts';
import { startServer } from '../../e2e/server.ts';
import { gb18030 } from '../exchange/test-exchange.ts';
import { client, qrOf, sessionCookie, startTestConsole, type TestConsole } from '../test-console.ts';
import { importRegister } from './import-register.ts';

let site: TestConsole;
beforeAll(async () => {
  site = await startTestConsole();
});
afterAll(() => site.close());

const HEADER = 'name,id_card_type_code,idcode,phone,nation,on_site_at';
const NUMBER = DEMO_REGISTER[0]?.idcode ?? '';
async function* bytes(of: string | Uint8Array) {
  yield typeof of === 'string' ? Buffer.from(of) : of;
}
const take = (of: string | Uint8Array) => importRegister(site.db, bytes(of));
const register = () => site.db.read.select().from(tables.cityRegister);

it('adds persons, and changes those whose document is there', async () => {
  const before = (await register()).length;
  expect(await take(`${HEADER}\n王新名,01,${NUMBER},13800002222,01,2026-06-02\n钱护照,03,e00000001,,,\n`)).toBe(2);
  const people = await register();
  expect(people).toHaveLength(before + 1);
  expect(people.find(({ idcode }) => idcode === NUMBER)).toMatchObject({
    ...{ name: '王新名', phone: '13800002222', onSiteAt: '2026-06-02' },
  });
  expect(people.at(-1)).toMatchObject({ name: '钱护照', idcode: 'E00000001', phone: null, nation: null });
});

it('takes the columns in any order, those that are known, and GB18030', async () => {
  expect(await take(gb18030('idcode,name,id_card_type_code\r\nE00000002,钱旧码,03\r\n'))).toBe(1);
  expect((await register()).at(-1)?.name).toBe('钱旧码');
});

it('takes all or nothing, and names row and rule, never a value', async () => {
  const before = await register();
  const rows = [
    '钱对,03,E00000003,,,',
    ',03,E00000004,,,',
    '钱旧号,01,440106860512993,,,',
    '钱短号,01,4401,,,',
    '钱电话,03,E00000005,12345,,',
    '钱民族,03,E00000006,,77,',
    '钱时间,03,E00000007,,,2026-02-30',
    '钱类型,55,E00000008,,,',
    '钱重复,03,E00000003,,,',
    '少一格,03',
  ];
  const error = await take(`${HEADER}\n${rows.join('\n')}\n`).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ code: 'IMPORT_REFUSED' });
  const message = (error as Error).message;
  expect(message.split('\n')).toEqual([
    '文件中有 9 处错误,没有导入任何人员',
    '第 3 行:姓名不能为空',
    '第 4 行:证件号码为 15 位旧号码,请换成 18 位公民身份号码',
    '第 5 行:证件号码应为 18 位公民身份号码(GB 11643-1999)',
    '第 6 行:手机号应为 11 位手机号码',
    '第 7 行:民族应为民族编码',
    '第 8 行:现场认证时间应为真实时间',
    '第 9 行:证件类型应为附录 B.11 证件类型编码表中的代码',
    '第 10 行:证件在文件中重复',
    '第 11 行:单元格数量与第一行不一致',
  ]);
  expect(message).not.toMatch(/钱|E0000/);
  expect(await register()).toEqual(before);
});

it.each(['name,idcode\n', 'name,id_card_type_code,idcode,age\n', ''])('refuses headings like %j', async (header) => {
  await expect(take(header)).rejects.toMatchObject({ code: 'MALFORMED' });
});

it('waits for a lock that another process holds', async () => {
  let held = 2;
  const locked: Db['write'] = async (work) => {
    held -= 1;
    if (held >= 0) throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
    return site.db.write(work);
  };
  expect(await importRegister({ ...site.db, write: locked }, bytes(`${HEADER}\n钱锁,03,E00000008,,,\n`))).toBe(1);
  expect(held).toBe(-1);
});

it('lets nurses work meanwhile, and completes what was killed when it is run again', { timeout: 300_000 }, async () => {
  const persons = 100_000;
  const folder = mkdtempSync(join(tmpdir(), 'console-register-'));
  const file = join(folder, 'register.csv');
  const lines = Array.from({ length: persons }, (_, n) => `钱示例,03,E9${String(n).padStart(7, '0')},,01,`);
  writeFileSync(file, `${HEADER}\n${lines.join('\n')}\n`);
  const database = await makeTestDatabase();
  const databaseUrl = database.url;
  const logFile = join(EVIDENCE.api, 'register.log');
  const server = await startServer({ databaseUrl, flags: ['--demo', '--api-only'], logFile });
  const signedIn = await fetch(`${server.url}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'nurse', password: 'demo-nurse' }),
  });
  const nurse = client(server.url, sessionCookie(signedIn));
  const count = () => database.one('SELECT count(*) FROM city_register');
  const before = await count();

  /** Runs the command, while a nurse looks up. @returns its end, and how often she was answered while it wrote */
  async function importBeside(killAfter: number) {
    const command = ['dist/register.command.js', '--file', file];
    const running = spawn(process.execPath, command, {
      env: { ...process.env, DATABASE_URL: databaseUrl, DATA_KEYS: 'demo' },
    });
    let out = '';
    running.stdout.on('data', (text) => {
      out += text;
    });
    running.stderr.on('data', (text) => {
      out += text;
    });
    let over = false;
    const end = new Promise<number | null>((resolve) => running.once('close', resolve)).finally(() => {
      over = true;
    });
    const start = await count();
    let answered = 0;
    while (!over) {
      const writing = (await count()) > start;
      expect(await nurse.scan.lookup.mutate({ code: qrOf('demo:authenticated') })).toMatchObject({
        outcome: 'authenticated',
      });
      if (writing && !over) answered += 1;
      if (answered >= killAfter) running.kill('SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return { code: await end, out, answered };
  }

  expect(await importBeside(3)).toMatchObject({ code: null });
  const part = (await count()) - before;
  expect(part).toBeGreaterThan(0);
  expect(part).toBeLessThan(persons);
  const { code, out, answered } = await importBeside(Number.POSITIVE_INFINITY);
  expect([code, out]).toEqual([0, `registered ${persons} persons\n`]);
  expect(answered).toBeGreaterThan(0);
  expect(await count()).toBe(before + persons);
  await server.stop();
  await database.drop();
  rmSync(folder, { recursive: true });
});

/** A database of before the keys is sealed at its first start, wherever that is broken off; and only its own keys open it then. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EVIDENCE } from '../e2e/evidence.ts';
import { startServer, TEST_KEYS } from '../e2e/server.ts';
import { DEMO_REGISTER } from './demo/city.ts';
import { demoRecords } from './demo/records.ts';
import { indexOf, open, tables } from './index.ts';
import { addKey, DEMO_KEYS, makeKeys, readKeys } from './keys.ts';
import { countByKey } from './reseal.ts';
import { setKeys } from './seal.ts';
import { openSql } from './sql.ts';
import { insertRecord, oldDatabase } from './test-old-database.ts';

/** Migrations before the keys. */
const BEFORE = 8;
const SNAPSHOT = { name: '陈示例', idcode: '440***********0078', siteName: '示例', age: '36 岁' };
const FORM = { builder: '示例', builderContact: '梁示例 13800009001', developer: '示例', developerContact: '何示例' };

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'console-unlock-'));
  file = join(folder, 'old.db');
  setKeys(DEMO_KEYS);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** With everything in it that is sealed by now, and the demo's records so many times. @returns texts that must not be found any more */
function fill(times: number): string[] {
  const old = oldDatabase(file, BEFORE);
  old.pragma('journal_mode = WAL');
  old.pragma('foreign_keys = OFF');
  const rows = demoRecords();
  old.transaction(() => {
    old.exec(
      "INSERT INTO cities VALUES ('4401', 'city'); INSERT INTO record_facets VALUES (1, '4401', 'A', 'authenticated', '1')",
    );
    for (let n = 0; n < times; n += 1) {
      for (const row of rows)
        insertRecord(old, { ...row, id: `${row.id.slice(4)}${String(n).padStart(4, '0')}`, facetId: 1 });
    }
    const person = old.prepare(
      'INSERT INTO city_register (name, id_card_type_code, idcode, phone) VALUES (?, ?, ?, ?)',
    );
    for (const { name, idCardTypeCode, idcode, phone } of DEMO_REGISTER)
      person.run(name, idCardTypeCode, idcode, phone);
    const resident =
      old.prepare(`INSERT INTO city_residents (name, id_card_type_code, idcode, sex, birthday, phone, linkman, erhc_card_no, empi,
      methods, record_id, authenticated_at) VALUES (?, '01', ?, '1', '', ?, ?, '', '', '2', ?, '')`);
    for (const { name, idcode } of DEMO_REGISTER)
      resident.run(name, idcode, '13800009002', '周联系', `record of ${name}`);
    old
      .prepare(
        "INSERT INTO city_outbox (record_id, operation, cd_time, record, state, created_at) VALUES ('r', 'i', '', ?, 'waiting', '')",
      )
      .run(JSON.stringify({ phone: '13800009003' }));
    old
      .prepare(
        "INSERT INTO filings (city_code, state, app_name, form, version, updated_at) VALUES ('4401', 'draft', 'a', ?, 0, '')",
      )
      .run(JSON.stringify(FORM));
    old.prepare("INSERT INTO filing_versions VALUES (1, 1, 1, 'a', ?, '[]', '')").run(JSON.stringify(FORM));
    old
      .prepare(`INSERT INTO vouchers (voucher_no, site_code, day, serial, erhc_card_no, record_id, snapshot, issued_at, issued_by, print_count)
      VALUES ('1', 's', 'd', 1, 'c', 'r', ?, '', 'i', 1)`)
      .run(JSON.stringify(SNAPSHOT));
    // What was let go of lies in the file's gaps.
    old.exec(`INSERT INTO credentials VALUES ('app', '4401', 'l', '', NULL);
      INSERT INTO batches VALUES (1, 'b', '4401', 'app', '', '${'0a'.repeat(32)}', 0, 0, 0, 0, 0)`);
    old.exec("DELETE FROM city_register WHERE name = '王新民'");
  })();
  old.close();
  const people = [...rows, ...DEMO_REGISTER].flatMap(({ idcode, phone }) => [idcode, phone]);
  const others = ['13800009001', '13800009002', '13800009003', '周联系', '梁示例', SNAPSHOT.idcode];
  return [...people, ...rows.map(({ address }) => address), ...others].filter((text) => typeof text === 'string');
}

const bytes = () => ['', '-wal'].map((end) => (existsSync(file + end) ? readFileSync(file + end) : Buffer.alloc(0)));
const found = (texts: string[]) => texts.filter((text) => bytes().some((each) => each.includes(text)));

async function expectSealed(times: number) {
  const db = await open(`file:${file}`);
  expect(await db.unlock()).toEqual({ sealed: 0 });
  const { records, cityRegister, cityResidents, cityOutbox, filings, filingVersions, vouchers } = tables;
  const stored = await db.read.select().from(records);
  const rows = demoRecords();
  expect(stored).toHaveLength(rows.length * times);
  for (const [at, row] of stored.entries()) {
    const { idcode, phone, address, linkman, telephone } = rows[at % rows.length] ?? {};
    expect(row).toMatchObject({ idcode, phone, address, linkman, telephone });
    expect(row).toMatchObject({ idcodeIndex: indexOf('idcode', row.idcode), phoneIndex: indexOf('phone', row.phone) });
  }
  const person = DEMO_REGISTER.find(({ name }) => name === '李秀兰');
  const byNumber = eq(cityRegister.idcodeIndex, indexOf('idcode', person?.idcode ?? ''));
  expect(await db.read.select().from(cityRegister).where(byNumber)).toMatchObject([
    { idcode: person?.idcode, phone: person?.phone },
  ]);
  const residents = await db.read.select().from(cityResidents);
  expect(residents.map(({ idcode }) => idcode)).toEqual(DEMO_REGISTER.map(({ idcode }) => idcode));
  expect(residents[0]).toMatchObject({ phone: '13800009002', linkman: '周联系' });
  expect((await db.read.select().from(cityOutbox))[0]?.record).toEqual({ phone: '13800009003' });
  for (const table of [filings, filingVersions]) expect((await db.read.select().from(table))[0]?.form).toEqual(FORM);
  expect((await db.read.select().from(tables.batches))[0]?.digest).toBe(indexOf('batch', '0a'.repeat(32)));
  expect((await db.read.select().from(vouchers))[0]?.snapshot).toEqual(SNAPSHOT);
  // Its number is still given once only.
  const twice = { ...(residents[0] as (typeof residents)[0]), id: undefined, recordId: 'another' };
  await expect(db.write((tx) => tx.insert(cityResidents).values(twice))).rejects.toThrow();
  await db.close();
}

it('seals everything, and leaves nothing of it in the file or in the log', async () => {
  const texts = fill(2);
  expect(found(texts).length).toBe(texts.length);
  const db = await open(`file:${file}`);
  expect((await db.unlock()).sealed).toBeGreaterThan(400);
  await db.close();
  expect(found(texts)).toEqual([]);
  await expectSealed(2);
});

it('goes on at the next start, however often the program is killed in it', { timeout: 120_000 }, async () => {
  const texts = fill(100);
  const logFile = join(EVIDENCE.api, 'unlock.log');
  const position = () => {
    const database = new Database(file, { readonly: true });
    try {
      const rows = database
        .prepare("SELECT position FROM sealing_progress WHERE part = 'authentication_records'")
        .pluck();
      return Number(rows.get() ?? 0);
    } catch {
      // Not migrated yet.
      return 0;
    } finally {
      database.close();
    }
  };
  for (const until of [1, 6000, 12_000]) {
    let pid: number | undefined;
    const start = startServer({
      ...{ databaseUrl: `file:${file}`, flags: ['--demo', '--api-only'], logFile },
      started: (child) => {
        pid = child.pid;
      },
    });
    await vi.waitFor(() => expect(position()).toBeGreaterThanOrEqual(until), { timeout: 60_000, interval: 1 });
    process.kill(pid ?? 0, 'SIGKILL');
    await expect(start).rejects.toThrow('ended with null');
  }
  const database = new Database(file, { readonly: true });
  const [first, last] = ['MIN', 'MAX'].map((which) =>
    database
      .prepare(`SELECT idcode FROM authentication_records ORDER BY seq ${which === 'MIN' ? 'ASC' : 'DESC'} LIMIT 1`)
      .pluck()
      .get(),
  );
  expect([first, last]).toEqual([expect.stringMatching(/^k1\./), demoRecords().at(-1)?.idcode]);
  database.close();
  const db = await open(`file:${file}`);
  expect((await db.unlock()).sealed).toBeGreaterThan(100);
  await db.close();
  expect(found(texts)).toEqual([]);
  await expectSealed(100);
});

it('opens by its own keys only, and says in one line which are wrong', async () => {
  fill(1);
  let db = await open(`file:${file}`);
  await db.unlock();
  await db.close();
  const ring = readKeys(DEMO_KEYS);
  const other = makeKeys();
  const wrong = [
    [TEST_KEYS, 'its key k1 is another'],
    [JSON.stringify({ ...ring, keys: other.keys }), 'its key k1 is another'],
    [JSON.stringify({ ...ring, index: other.index }), 'its index secret is another'],
    [JSON.stringify({ ...ring, current: 'k2', keys: { k2: other.index } }), 'key k1 is missing'],
  ] as const;
  for (const [keys, why] of wrong) {
    setKeys(keys);
    db = await open(`file:${file}`);
    await expect(db.unlock()).rejects.toThrow(why);
    await db.close();
  }
  // A further key does no harm, and is asked for from then on.
  setKeys(JSON.stringify(addKey(ring)));
  db = await open(`file:${file}`);
  expect(await db.unlock()).toEqual({ sealed: 0 });
  await db.close();
  setKeys(DEMO_KEYS);
  db = await open(`file:${file}`);
  await expect(db.unlock()).rejects.toThrow('key k2 is missing');
  await db.close();
});

it('takes for sealed only what its own keys sealed', async () => {
  const old = oldDatabase(file, BEFORE);
  const forged = `k1.${'A'.repeat(64)}`;
  const [row] = demoRecords();
  old.exec("INSERT INTO record_facets VALUES (1, '4401', 'A', 'authenticated', '1')");
  insertRecord(old, { ...row, address: forged, facetId: 1 });
  old.close();
  const db = await open(`file:${file}`);
  await db.unlock();
  expect((await db.read.select().from(tables.records))[0]?.address).toBe(forged);
  await db.close();
  const sealed = await openSql(`file:${file}`);
  expect([...(await countByKey(sealed)).keys()]).toEqual(['k1']);
  await sealed.close();
});

/** The register of persons, as an operator brings it: all rows, or none and what is wrong with each. */
import { setTimeout } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { faultOf } from '../../db/fault.ts';
import { type Db, indexOf, type Transaction, tables } from '../../db/index.ts';
import { decodeAny } from '../decode-text.ts';
import { isNation } from '../dictionaries/dictionaries.ts';
import { DomainError } from '../errors.ts';
import { readCsv } from '../read-csv.ts';
import { presentTime } from '../records/check-record.ts';
import { DAY, DOCUMENT, type Form, ID_CARD_TYPE, MOBILE, TIME } from '../records/forms.ts';
import { findIdentityNumberFault } from '../records/identity-number.ts';
import { issueOf } from '../records/issues.ts';

const { cityRegister } = tables;
type Person = Omit<typeof cityRegister.$inferInsert, 'id'>;

const REQUIRED = ['name', 'id_card_type_code', 'idcode'] as const;
const COLUMNS: readonly string[] = [...REQUIRED, 'phone', 'nation', 'on_site_at'];
/** Of a transaction: nurses and residents who write meanwhile wait for one at most. */
const ROWS_AT_ONCE = 500;
/** SQLite gives up waiting for its lock after 20 s, which is tried so often, with a pause of a second. */
const LOCK_TRIES = 15;
/** Errors that are told; the others are counted. */
const SHOWN = 20;

/**
 * Adds persons, and changes those whose document is there already. Every row is checked before the first is written; then they are written in
 * short transactions with pauses, beside a running server. One that is killed leaves a part of the rows, each as good as another; run again, it
 * writes them all.
 * @param bytes CSV in UTF-8 or GB18030 with the columns name, id_card_type_code, idcode, and, as far as they are known, phone, nation,
 *   on_site_at (when somebody at a counter saw the document)
 * @returns how many rows
 * @throws DomainError MALFORMED, TOO_LARGE, IMPORT_REFUSED with a line for each of the first errors; values stand in none
 */
export async function importRegister(db: Db, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  const people: Person[] = [];
  const problems: string[] = [];
  const seen = new Set<string>();
  let row = 1;
  for await (const read of readCsv(decodeAny(bytes, undefined), checkHeader)) {
    for (const cells of read) {
      row += 1;
      const { person, wrong } = readPerson(cells);
      const key = person && `${person.idCardTypeCode} ${person.idcode}`;
      if (key && seen.has(key)) wrong.push('证件在文件中重复');
      if (key) seen.add(key);
      problems.push(...wrong.map((message) => `第 ${row} 行:${message}`));
      if (person) people.push(person);
    }
  }
  if (problems.length > 0) {
    const more = problems.length > SHOWN ? [`…另有 ${problems.length - SHOWN} 处错误`] : [];
    const lines = [`文件中有 ${problems.length} 处错误,没有导入任何人员`, ...problems.slice(0, SHOWN), ...more];
    throw new DomainError('IMPORT_REFUSED', lines.join('\n'), 'file');
  }
  for (let at = 0; at < people.length; at += ROWS_AT_ONCE) {
    const some = people.slice(at, at + ROWS_AT_ONCE);
    const began = performance.now();
    await writePatiently(db, async (tx) => {
      await tx
        .insert(cityRegister)
        .values(some)
        .onConflictDoUpdate({
          target: [cityRegister.idCardTypeCode, cityRegister.idcodeIndex],
          set: {
            name: sql`excluded.name`,
            phone: sql`excluded.phone`,
            nation: sql`excluded.nation`,
            onSiteAt: sql`excluded.on_site_at`,
          },
        });
    });
    // The lock is the others' for half of the time.
    await setTimeout(performance.now() - began);
  }
  return people.length;
}

/** Waits for other processes' long transactions, too. */
async function writePatiently(db: Db, work: (tx: Transaction) => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await db.write(work, { patient: true });
    } catch (error) {
      if (faultOf(error) !== 'busy' || tries === LOCK_TRIES) throw error;
      await setTimeout(1000);
    }
  }
}

function checkHeader(cells: string[]): string[] {
  const header = cells.map((cell) => cell.trim().toLowerCase());
  const wrong = header.find((name) => !COLUMNS.includes(name)) ?? REQUIRED.find((name) => !header.includes(name));
  if (wrong !== undefined || new Set(header).size < header.length) {
    throw new DomainError('MALFORMED', `第一行应为:${COLUMNS.join(',')}(后三列可省略)`, 'file');
  }
  return header;
}

function readPerson(cells: unknown): { person: Person | null; wrong: string[] } {
  if (typeof cells === 'string') return { person: null, wrong: ['单元格数量与第一行不一致'] };
  const given = cells as Record<string, string | undefined>;
  const wrong: string[] = [];
  const read = (column: string, label: string, form: Pick<Form, 'read' | 'wording'>, required = false) => {
    const text = given[column]?.trim() ?? '';
    if (text === '') {
      if (required) wrong.push(`${label}不能为空`);
      return null;
    }
    const kept = form.read(text);
    if (kept === null) wrong.push(`${label}${form.wording}`);
    return kept;
  };
  const name = read(
    'name',
    '姓名',
    { wording: '不超过 50 个字符', read: (text) => ([...text].length > 50 ? null : text) },
    true,
  );
  const idCardTypeCode = read('id_card_type_code', '证件类型', ID_CARD_TYPE, true);
  const idcode = read('idcode', '证件号码', DOCUMENT, true);
  const fault = idCardTypeCode === '01' && idcode && findIdentityNumberFault(idcode, presentTime().today);
  if (fault) wrong.push(issueOf(`idcode:${fault}`).message.replace('(idcode)', ''));
  const phone = read('phone', '手机号', MOBILE);
  const nation = read('nation', '民族', { wording: '应为民族编码', read: (text) => (isNation(text) ? text : null) });
  const onSiteAt = read('on_site_at', '现场认证时间', {
    wording: '应为真实时间',
    read: (text) => TIME.read(text) ?? DAY.read(text),
  });
  if (wrong.length > 0 || !name || !idCardTypeCode || !idcode) return { person: null, wrong };
  const idcodeIndex = indexOf('idcode', idcode);
  return { person: { name, idCardTypeCode, idcode, idcodeIndex, phone, nation, onSiteAt }, wrong };
}

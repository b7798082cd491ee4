/** People by the list: all of them, or none and what is wrong with each row. */
import { hashPassword } from 'better-auth/crypto';
import { type Db, isOneOf, type Queries, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import type { Actor } from './actor.ts';
import { type FirstPassword, insertStaff } from './create-staff.ts';
import { makePassword } from './password.ts';
import { authoriseManager, findGivingRefusal, type Manager } from './reach.ts';
import { type ImportRow, judgeForms, readImport } from './read-import.ts';
import type { RowProblem } from './schema.ts';

const { staff, sites, cities } = tables;

/** A hash takes a core for a tenth of a second, on threads that files are read by, too: the others stay free. */
const HASHES_AT_ONCE = 2;

/** Nobody was added; `rows` says why. */
export class ImportRefused extends DomainError {
  readonly rows: RowProblem[];
  constructor(rows: RowProblem[]) {
    super('IMPORT_REFUSED', `文件中有 ${rows.length} 处错误,没有新增任何人员`, 'file');
    this.rows = rows;
  }
}

/**
 * Adds everybody whom a CSV lists, in its order, each with a password made here and shown once.
 * @param bytes UTF-8 or GB18030, headings in the first row
 * @throws DomainError FORBIDDEN (province; site_admin for the own site), MALFORMED, TOO_LARGE; ImportRefused
 */
export async function importStaff(
  db: Db,
  actor: Actor,
  bytes: AsyncIterable<Uint8Array>,
): Promise<(FirstPassword & { name: string })[]> {
  const who = authoriseManager(actor);
  const { people, problems } = judgeForms(await readImport(bytes));
  await assertNone(problems, db.read, who, people);
  const hashed: { person: ImportRow; password: string; hash: string }[] = [];
  for (let at = 0; at < people.length; at += HASHES_AT_ONCE) {
    const some = people.slice(at, at + HASHES_AT_ONCE).map(async (person) => {
      const password = makePassword(person.input);
      return { person, password, hash: await hashPassword(password) };
    });
    hashed.push(...(await Promise.all(some)));
  }
  await db.write(async (tx) => {
    // Hashing takes its time: a name may be taken by now.
    await assertNone([], tx, who, people);
    for (const { person, hash } of hashed) await insertStaff(tx, who, person.input, hash);
  });
  return hashed.map(({ person: { input }, password }) => ({ username: input.username, name: input.name, password }));
}

/** @throws ImportRefused with what was known before, and what the database has against these people */
async function assertNone(
  known: RowProblem[],
  db: Pick<Queries, 'select'>,
  who: Manager,
  people: ImportRow[],
): Promise<void> {
  const problems = [...known, ...(await judgePeople(db, who, people))].sort((a, b) => a.row - b.row);
  if (problems.length > 0) throw new ImportRefused(problems);
}

async function judgePeople(db: Pick<Queries, 'select'>, who: Manager, people: ImportRow[]): Promise<RowProblem[]> {
  const inputs = people.map(({ input }) => input);
  const texts = (of: (input: ImportRow['input']) => string | undefined) =>
    inputs.map(of).filter((text) => text !== undefined);
  const [taken, knownSites, knownCities] = await Promise.all([
    db
      .select({ key: staff.username })
      .from(staff)
      .where(
        isOneOf(
          staff.username,
          texts((input) => input.username),
        ),
      ),
    db
      .select({ key: sites.code })
      .from(sites)
      .where(
        isOneOf(
          sites.code,
          texts((input) => input.siteCode),
        ),
      ),
    db
      .select({ key: cities.code })
      .from(cities)
      .where(
        isOneOf(
          cities.code,
          texts((input) => input.cityCode),
        ),
      ),
  ]);
  const has = (rows: { key: string }[]) => {
    const keys = new Set(rows.map(({ key }) => key));
    return (key: string) => keys.has(key);
  };
  const [isTaken, isSite, isCity] = [has(taken), has(knownSites), has(knownCities)];
  const counts = new Map<string, number>();
  for (const { username } of inputs) counts.set(username, (counts.get(username) ?? 0) + 1);

  return people.flatMap(({ row, input }) => {
    const problems: RowProblem[] = [];
    const add = (field: string, message: string) => problems.push({ row, field, message });
    const refusal = findGivingRefusal(who, input);
    if ((counts.get(input.username) ?? 0) > 1) add('username', '用户名在文件中重复');
    if (isTaken(input.username)) add('username', '用户名已被使用');
    if (refusal) add(refusal.field === 'role' ? 'role' : 'site_code', refusal.message);
    // Whether another site exists is not for a site admin to try out.
    else if (input.siteCode && !isSite(input.siteCode)) add('site_code', '没有这个接种单位');
    if (!refusal && input.cityCode && !isCity(input.cityCode)) add('city_code', '没有这个城市');
    return problems;
  });
}

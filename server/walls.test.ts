/** The walls of docs/architecture.md: which room may import from which. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { getTableColumns } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { isSealed } from '../db/sealed-columns.ts';
import { tables } from '../db/tables.ts';

interface Import {
  from: string;
  /** A file of this repository, or a package's name. */
  to: string;
  typeOnly: boolean;
}

const STATEMENT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?([^;'"]*?\sfrom\s+)?['"]([^'"]+)['"]|import\(['"]([^'"]+)['"]\)/g;

const sources = ['app', 'server', 'db', 'e2e']
  .flatMap((room) => readdirSync(room, { recursive: true }).map((name) => join(room, String(name))))
  .filter((path) => /\.tsx?$/.test(path) && statSync(path).isFile());
const isTest = (path: string) =>
  path.endsWith('.test.ts') || /^(server|db)\/(.*\/)?test-[\w-]+\.ts$/.test(path) || path.startsWith('e2e/');
const imports = sources.filter((path) => !isTest(path)).flatMap(importsOf);

function importsOf(path: string): Import[] {
  return [...readFileSync(path, 'utf8').matchAll(STATEMENT)].map(([, type, names = '', stated, dynamic]) => {
    const target = stated ?? dynamic ?? '';
    const to = target.startsWith('.') ? normalize(join(dirname(path), target)) : target;
    // `import { type A, type B }` brings in no value either.
    const values = names
      .replace(/\sfrom\s+$/, '')
      .replace(/[{}]/g, '')
      .split(',')
      .map((name) => name.trim());
    const typeOnly =
      Boolean(type) || (names.includes('{') && values.every((name) => name === '' || name.startsWith('type ')));
    return { from: path, to, typeOnly };
  });
}

const told = ({ from, to }: Import) => `${from} -> ${to}`;
const room = (path: string) => path.split('/')[1] ?? '';
/** Everything that a file brings with it at run time. */
function reach(path: string, seen = new Set<string>()): Set<string> {
  for (const { to } of imports.filter((each) => each.from === path && !each.typeOnly)) {
    if (seen.has(to)) continue;
    seen.add(to);
    reach(to, seen);
  }
  return seen;
}

it('reads the imports at all', () => {
  expect(imports.length).toBeGreaterThan(200);
  for (const { from, to } of imports) {
    if (/^(app|server|db|e2e)\//.test(to)) expect(existsSync(to), `${from} -> ${to}`).toBe(true);
  }
});

describe('app', () => {
  it('takes types from the server, and values only from schemas and the health code', () => {
    const wrong = imports.filter(
      ({ from, to, typeOnly }) =>
        from.startsWith('app/') &&
        !typeOnly &&
        /^(server|db|e2e)\//.test(to) &&
        !/^server\/\w[\w-]*\/schema\.ts$/.test(to) &&
        to !== 'server/health-code/parse.ts',
    );
    expect(wrong.map(told)).toEqual([]);
  });

  it('reaches neither the database nor Node', () => {
    const reached = sources
      .filter((path) => path.startsWith('app/') && !isTest(path))
      .flatMap((path) =>
        [...reach(path)]
          .filter((to) => /^(db\/|node:|better-sqlite3|drizzle)/.test(to))
          .map((to) => `${path} -> ${to}`),
      );
    expect(reached).toEqual([]);
  });

  it('loads Ant Design below /admin only', () => {
    const wrong = imports.filter(({ from, to }) => !from.startsWith('app/admin/') && /^(antd|@ant-design)/.test(to));
    expect(wrong.map(told)).toEqual([]);
  });

  it('keeps React out of the scanner', () => {
    const wrong = imports.filter(
      ({ from, to }) => from.startsWith('app/scan/scanner/') && /^(react|next|server)/.test(to),
    );
    expect(wrong.map(told)).toEqual([]);
  });
});

describe('server', () => {
  const inServer = imports.filter(({ from }) => from.startsWith('server/'));

  it('never imports from pages', () => {
    expect(inServer.filter(({ to }) => to.startsWith('app/')).map(told)).toEqual([]);
  });

  it('has a ground floor that knows no domain', () => {
    const ground = ['health-code', 'dictionaries'];
    const wrong = inServer.filter(
      ({ from, to }) => ground.includes(room(from)) && to.startsWith('server/') && room(to) !== room(from),
    );
    expect(wrong.map(told)).toEqual([]);
  });

  it('has records that know nothing of vouchers, scans, exchange and city', () => {
    const wrong = inServer.filter(
      ({ from, to }) => from.startsWith('server/records/') && /^server\/(vouchers|scan|exchange|city)\//.test(to),
    );
    expect(wrong.map(told)).toEqual([]);
  });

  it('has a city’s platform that meets the province at the exchange’s door only', () => {
    const shared =
      /^server\/(health-code|dictionaries|records|exchange\/client)\/|^server\/exchange\/(wire|reconcile)\.ts$/;
    const ground = /^server\/([\w-]+\.ts|staff\/actor\.ts)$/;
    const inCity = inServer.filter(({ from }) => from.startsWith('server/city/'));
    const wrong = inCity.filter(
      ({ to }) => to.startsWith('server/') && !to.startsWith('server/city/') && !shared.test(to) && !ground.test(to),
    );
    expect(wrong.map(told)).toEqual([]);
    const tablesOf = (path: string) => readFileSync(path, 'utf8').match(/\{[^}]*\} = tables;/)?.[0] ?? '';
    const foreign = inCity.filter(({ from }) => /\b(?!city[A-Z])\w+\b(?=[^=]*\} = tables;)/.test(tablesOf(from)));
    expect(foreign.map(told)).toEqual([]);
    // Nor does anybody on the province's side know it.
    const back = inServer.filter(
      ({ from, to }) =>
        /^server\/[\w-]+\//.test(from) && !from.startsWith('server/city/') && to.startsWith('server/city/'),
    );
    expect(back.map(told)).toEqual([]);
  });

  it('has domain functions that know no router and no tRPC', () => {
    const wrong = inServer.filter(
      ({ from, to }) =>
        !/(^server\/[\w-]+\.ts|router\.ts)$/.test(from) &&
        (/^@trpc/.test(to) || /(^|\/)(router|trpc|api|main)\.ts$/.test(to)),
    );
    expect(wrong.map(told)).toEqual([]);
  });

  it('opens the database in main.ts and in the operator’s commands only', () => {
    const openers = inServer.filter(
      ({ from, to }) =>
        to === 'db/index.ts' && /import \{[^}]*\bopen\b[^}]*\} from '[./]*db\/index/.test(readFileSync(from, 'utf8')),
    );
    const allowed = (path: string) =>
      ['server/main.ts', 'server/command.ts'].includes(path) || /\.bench\.ts$/.test(path);
    expect(openers.map(({ from }) => from).filter((path) => !allowed(path))).toEqual([]);
  });
});

describe('database code', () => {
  it('stays in the part that SQLite and PostgreSQL share', () => {
    const wrong = sources
      .filter((path) => path.startsWith('server/') && !isTest(path))
      .filter((path) => /\)\s*\.(get|all|run|values)\(\)/.test(readFileSync(path, 'utf8')));
    expect(wrong).toEqual([]);
  });

  it('knows the databases’ drivers in db/ only, and nobody else which of them it has', () => {
    const wrong = imports.filter(({ from, to }) => !from.startsWith('db/') && /^(better-sqlite3|pg)$/.test(to));
    expect(wrong.map(told)).toEqual([]);
    const asking = sources.filter(
      (path) =>
        /^(server|app)\//.test(path) && !isTest(path) && /\bdialect [!=]==|isPostgres/.test(readFileSync(path, 'utf8')),
    );
    expect(asking).toEqual([]);
  });

  it('loads PostgreSQL’s driver only when it is asked for', () => {
    const ofPostgres = /^db\/postgres[\w-]*\.ts$/;
    const wrong = imports.filter(
      ({ from, to }) => !ofPostgres.test(from) && from !== 'db/kind.ts' && (to === 'pg' || ofPostgres.test(to)),
    );
    expect(wrong.map(told)).toEqual([]);
    expect(readFileSync('db/kind.ts', 'utf8')).not.toMatch(/^import /m);
  });

  it('compares sealed columns by their indexes only', () => {
    const sealed = Object.values(tables).flatMap((table) =>
      Object.entries(getTableColumns(table)).flatMap(([key, column]) => (isSealed(column) ? [key] : [])),
    );
    expect(new Set(sealed).size).toBeGreaterThan(8);
    const compared = new RegExp(
      `\\b(eq|ne|gte?|lte?|asc|desc|like|inArray|isOneOf|groupBy)\\(\\s*\\w+\\.(${sealed.join('|')})\\b`,
    );
    expect(compared.test('eq(cityRegister.idcode, x)')).toBe(true);
    const wrong = sources.filter((path) => path.startsWith('server/') && compared.test(readFileSync(path, 'utf8')));
    expect(wrong.filter((path) => path !== 'server/walls.test.ts')).toEqual([]);
  });

  it('writes through db.write: nothing but a transaction inserts, updates or deletes', () => {
    const wrong = sources
      .filter((path) => path.startsWith('server/') && !isTest(path))
      .filter((path) => /\bdb(\.read)?\s*\.(insert|update|delete)\(/.test(readFileSync(path, 'utf8')));
    expect(wrong).toEqual([]);
  });
});

it('keeps files to a page or two', () => {
  const long = sources.filter((path) => readFileSync(path, 'utf8').split('\n').length > 300);
  expect(long).toEqual([]);
});

/** The tables that the migrations of both databases make are the same, column for column and index for index. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Column {
  name: string;
  type: string;
  primaryKey: boolean;
  notNull: boolean;
  default?: unknown;
}
interface Table {
  name: string;
  columns: Record<string, Column>;
  indexes: Record<
    string,
    { name: string; columns: (string | { expression: string })[]; isUnique: boolean; where?: string }
  >;
  foreignKeys: Record<
    string,
    { tableTo: string; columnsFrom: string[]; columnsTo: string[]; onDelete: string; onUpdate: string }
  >;
  compositePrimaryKeys: Record<string, { columns: string[] }>;
  uniqueConstraints: Record<string, { name: string; columns: string[] }>;
}

/** What drizzle-kit last wrote beside the migrations. */
function readTables(kind: string): Table[] {
  const folder = `db/migrations/${kind}/meta`;
  const last = readdirSync(folder)
    .filter((name) => name.endsWith('_snapshot.json'))
    .sort()
    .at(-1);
  return Object.values(JSON.parse(readFileSync(`${folder}/${last}`, 'utf8')).tables);
}

const TYPES: Record<string, string> = {
  'text COLLATE "C"': 'text',
  bigint: 'integer',
  smallint: 'integer',
  bytea: 'blob',
};
const bare = (words: string | undefined) => words?.replace(/["`]/g, '').replace(/\w+\./g, '');
const sorted = <T>(list: T[], by: (each: T) => string) => list.sort((a, b) => (by(a) < by(b) ? -1 : 1));

/** A table in words that both databases share. */
function describeTable(table: Table) {
  const keys = Object.values(table.compositePrimaryKeys).map(({ columns }) => columns);
  const indexes = Object.values(table.indexes).map(({ name, columns, isUnique, where }) => ({
    name,
    unique: isUnique,
    columns: columns.map((each) => bare(typeof each === 'string' ? each : each.expression)),
    where: bare(where),
  }));
  // SQLite's snapshot has a unique column as an index.
  const uniques = Object.values(table.uniqueConstraints).map(({ name, columns }) => {
    return { name, unique: true, columns, where: undefined };
  });
  return {
    columns: Object.values(table.columns).map(({ name, type, primaryKey, notNull, default: usual }) => ({
      name,
      type: TYPES[type] ?? type,
      // Of a key of one column.
      primaryKey,
      notNull,
      usual: typeof usual === 'boolean' ? Number(usual) : usual,
    })),
    keys,
    indexes: sorted([...indexes, ...uniques], ({ name }) => name),
    foreignKeys: sorted(
      Object.values(table.foreignKeys).map(({ tableTo, columnsFrom, columnsTo, onDelete, onUpdate }) => {
        return { tableTo, columnsFrom, columnsTo, onDelete, onUpdate };
      }),
      ({ columnsFrom }) => columnsFrom.join(),
    ),
  };
}

const named = (kind: string) => new Map(readTables(kind).map((table) => [table.name, describeTable(table)]));

it('PostgreSQL has the tables that SQLite has', () => {
  const [here, there] = [named('postgres'), named('sqlite')];
  expect([...here.keys()].sort()).toEqual([...there.keys()].sort());
  expect(here.size).toBeGreaterThan(30);
  for (const [name, table] of there) expect(here.get(name), name).toEqual(table);
});

it('and compares text byte by byte, as SQLite does', () => {
  const types = new Set(
    readTables('postgres').flatMap(({ columns }) => Object.values(columns).map(({ type }) => type)),
  );
  expect([...types].sort()).toEqual(['bigint', 'bytea', 'smallint', 'text COLLATE "C"']);
});

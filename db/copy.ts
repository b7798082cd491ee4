/** Moves an installation from SQLite to PostgreSQL: table by table, lot by lot, taken up where it was broken off, and compared at the end. */
import { createHash } from 'node:crypto';
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { postgresTypeOf } from './column-types.ts';
import { open, type Value } from './index.ts';
import { isPostgres } from './kind.ts';
import { openSql, type Sql } from './sql.ts';
import { assertCurrent } from './sqlite.ts';
import { tables } from './tables.ts';

/** Rows of a lot; of a table with files, of some megabytes each. */
const ROWS = 2000;
const FILES = 4;
type Cell = Value | Uint8Array;
type Row = Record<string, Cell>;

interface Part {
  table: string;
  columns: { name: string; type: ReturnType<typeof postgresTypeOf> }[];
  rows: number;
}

/** What was copied of a table: `digest` is the same whatever the order of its rows. */
export interface Copied {
  table: string;
  rows: number;
  digest: string;
}

/**
 * Copies everything from a SQLite file into a PostgreSQL database that is empty, or that a broken-off copy has begun to fill. Nobody writes to
 * the file meanwhile: it is locked, so the console must be stopped, or says that it can't save.
 * @param told rows that are done, of how many; twice each: copied, and compared
 * @returns every table, equal on both sides
 * @throws Error where an address is of the wrong kind, the file is of an older version, the database has rows of its own, or the two differ
 */
export async function copyDatabase(
  from: string,
  to: string,
  told: (done: number, total: number) => void,
): Promise<Copied[]> {
  if (isPostgres(from) || !isPostgres(to)) throw new Error('a copy goes from file:PATH to postgres://…');
  const source = await openSql(from);
  try {
    await assertCurrent(source);
    // Makes the tables.
    await (await open(to)).close();
    const target = await openSql(to);
    try {
      return await source.transaction(() => copyAll(source, target, told));
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copyAll(source: Sql, target: Sql, told: (done: number, total: number) => void): Promise<Copied[]> {
  await begin(target);
  const parts = await Promise.all(inOrder().map((table) => partOf(source, table)));
  const total = 2 * parts.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  const count = (rows: number) => {
    done += rows;
    told(done, total);
  };
  for (const part of parts) await copyPart(source, target, part, count);
  const copied: Copied[] = [];
  for (const part of parts) {
    const [here, there] = [await digestOf(walkSource(source, part)), await digestOf(walkTarget(target, part, count))];
    if (here.rows !== there.rows || here.digest !== there.digest) {
      throw new Error(
        `table ${part.table} differs (${here.rows} and ${there.rows} rows): somebody wrote to one of the two meanwhile; empty the PostgreSQL database, and copy again`,
      );
    }
    copied.push({ table: part.table, ...here });
  }
  await target.transaction(async () => {
    for (const part of parts) await countOn(target, part);
    await target.run('DROP TABLE copy_progress');
  });
  return copied;
}

/** Tables that others refer to come before them. */
function inOrder(): SQLiteTable[] {
  const ordered: SQLiteTable[] = [];
  const add = (table: SQLiteTable) => {
    if (ordered.includes(table)) return;
    for (const key of getTableConfig(table).foreignKeys) {
      const { foreignTable } = key.reference();
      if (foreignTable !== table) add(foreignTable as SQLiteTable);
    }
    ordered.push(table);
  };
  for (const table of Object.values(tables)) add(table);
  return ordered;
}

async function partOf(source: Sql, table: SQLiteTable): Promise<Part> {
  const { name, columns } = getTableConfig(table);
  const [row] = await source.all<{ rows: number }>(`SELECT count(*) AS rows FROM "${name}"`);
  return {
    table: name,
    columns: columns.map((column) => ({ name: column.name, type: postgresTypeOf(column) })),
    rows: row?.rows ?? 0,
  };
}

/** @throws Error where there are rows that no copy has brought */
async function begin(target: Sql): Promise<void> {
  await target.transaction(async () => {
    const [there] = await target.all<{ name: string | null }>("SELECT to_regclass('copy_progress')::text AS name");
    if (there?.name) return;
    for (const table of inOrder().reverse()) {
      const { name } = getTableConfig(table);
      // What migrations bring along comes from the source, too.
      const own = name === 'audit_head' || name === 'figures_head' ? 'last_id > 0' : 'true';
      const [row] = await target.all(`SELECT 1 FROM "${name}" WHERE ${own} LIMIT 1`);
      if (row) throw new Error(`the PostgreSQL database is in use already (table ${name}): copy into an empty one`);
      await target.run(`DELETE FROM "${name}"`);
    }
    await target.run(
      'CREATE TABLE copy_progress (part text PRIMARY KEY, position bigint NOT NULL, rows bigint NOT NULL)',
    );
  });
}

async function copyPart(source: Sql, target: Sql, part: Part, count: (rows: number) => void): Promise<void> {
  const [before] = await target.all<{ position: number; rows: number }>(
    'SELECT position, rows FROM copy_progress WHERE part = ?',
    [part.table],
  );
  if (before) count(before.rows);
  const lists = part.columns.map(({ type }) => `cast(? as ${type}[])`).join(', ');
  const insertion = `INSERT INTO "${part.table}" (${namesOf(part)}) SELECT * FROM unnest(${lists})`;
  for await (const rows of walkSource(source, part, before?.position)) {
    const position = rows.at(-1)?.rowid as number;
    const values = part.columns.map(({ name }) => rows.map((row) => kept(row[name] ?? null, part, row)));
    await target.transaction(async () => {
      await target.run(insertion, values as never);
      await target.run(
        `INSERT INTO copy_progress (part, position, rows) VALUES (?, ?, ?)
          ON CONFLICT (part) DO UPDATE SET position = excluded.position, rows = copy_progress.rows + excluded.rows`,
        [part.table, position, rows.length],
      );
    });
    count(rows.length);
  }
}

/** @throws Error of a text that PostgreSQL keeps in no way */
function kept(value: Cell, { table }: Part, { rowid }: Row): Cell {
  if (typeof value !== 'string' || !value.includes('\0')) return value;
  throw new Error(`table ${table}, row ${rowid}: a text holds U+0000, which PostgreSQL can't keep: mend it first`);
}

const namesOf = ({ columns }: Part) => columns.map(({ name }) => `"${name}"`).join(', ');
const lotOf = ({ columns }: Part) => (columns.some(({ type }) => type === 'bytea') ? FILES : ROWS);

async function* walkSource(source: Sql, part: Part, after?: number): AsyncGenerator<Row[]> {
  let last = after;
  for (;;) {
    const where = last === undefined ? '' : 'WHERE rowid > ?';
    const rows = await source.all<Row>(
      `SELECT rowid AS rowid, ${namesOf(part)} FROM "${part.table}" ${where} ORDER BY rowid LIMIT ${lotOf(part)}`,
      last === undefined ? [] : [last],
    );
    if (rows.length === 0) return;
    yield rows;
    last = rows.at(-1)?.rowid as number;
  }
}

async function* walkTarget(target: Sql, part: Part, count: (rows: number) => void): AsyncGenerator<Row[]> {
  await target.run('BEGIN');
  try {
    await target.run(`DECLARE walk NO SCROLL CURSOR FOR SELECT ${namesOf(part)} FROM "${part.table}"`);
    for (;;) {
      const rows = await target.all<Row>(`FETCH ${lotOf(part)} FROM walk`);
      if (rows.length === 0) return;
      yield rows;
      count(rows.length);
    }
  } finally {
    await target.run('ROLLBACK');
  }
}

/** The sum of the rows' SHA-256: no order is needed, and a row that is there twice is seen. */
async function digestOf(lots: AsyncGenerator<Row[]>): Promise<{ rows: number; digest: string }> {
  let [rows, sum] = [0, 0n];
  for await (const lot of lots) {
    for (const { rowid: _, ...row } of lot) {
      const names = Object.keys(row).sort();
      const cells = names.map((name) => {
        const cell = row[name] ?? null;
        return cell instanceof Uint8Array ? Buffer.from(cell).toString('base64') : cell;
      });
      const hash = createHash('sha256').update(JSON.stringify(cells)).digest('hex');
      sum = BigInt.asUintN(256, sum + BigInt(`0x${hash}`));
    }
    rows += lot.length;
  }
  return { rows, digest: sum.toString(16).padStart(64, '0') };
}

/** Keys that the database gives go on behind those that were brought. */
async function countOn(target: Sql, { table, columns }: Part): Promise<void> {
  for (const { name, type } of columns) {
    if (type !== 'bigint') continue;
    await target.all(
      `SELECT setval(sequence, last) FROM (SELECT pg_get_serial_sequence('"${table}"', '${name}') AS sequence, max("${name}") AS last FROM "${table}") AS found
        WHERE sequence IS NOT NULL AND last > 0`,
    );
  }
}

/**
 * The tables on PostgreSQL: those of SQLite, made from them, so that no column, key or index can be another. PostgreSQL keeps what SQLite keeps
 * (truth as 0 and 1, moments as milliseconds, JSON as text), and text compares byte by byte (`COLLATE "C"`) whatever the database's own
 * order is. Queries are built on the tables of `tables.ts` for both; these here are read by drizzle-kit, and by the test.
 */
import { is, SQL } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  customType,
  foreignKey,
  index,
  type PgColumnBuilderBase,
  type PgTableWithColumns,
  pgTable,
  primaryKey,
  smallint,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { getTableConfig, type SQLiteColumn, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { postgresTypeOf } from './column-types.ts';
import { tables } from './tables.ts';

type Mirrored = PgTableWithColumns<{
  name: string;
  schema: undefined;
  columns: Record<string, never>;
  dialect: 'pg';
}> &
  Record<string, AnyPgColumn>;

const bytesOrdered = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

const made = new Map<string, Mirrored>();

/** A column by its name in SQL, and whatever else SQLite says of it. */
function mirrorColumn(column: SQLiteColumn): PgColumnBuilderBase {
  const { name } = column;
  const type = postgresTypeOf(column);
  const isFlag = type === 'smallint';
  const whole = isFlag ? smallint(name) : bigint(name, { mode: 'number' });
  const base = type === 'text' ? bytesOrdered(name) : type === 'bytea' ? bytea(name) : whole;
  // A key that nobody gives is given by the database, as SQLite does.
  const kept =
    column.primary && type === 'bigint' ? bigint(name, { mode: 'number' }).generatedByDefaultAsIdentity() : base;
  if (column.primary) kept.primaryKey();
  else if (column.notNull) kept.notNull();
  if (column.isUnique) kept.unique(column.uniqueName);
  if (column.default !== undefined) kept.default((isFlag ? Number(column.default) : column.default) as never);
  return kept;
}

function mirror(table: SQLiteTable): Mirrored {
  const { name, columns, indexes, foreignKeys, primaryKeys } = getTableConfig(table);
  const builders = Object.fromEntries(columns.map((column) => [column.name, mirrorColumn(column)]));
  const mirrored: Mirrored = pgTable(name, builders as never, (own) => {
    const columnOf = ({ name: of }: { name: string }) => (own as unknown as Record<string, AnyPgColumn>)[of] as never;
    return [
      ...indexes.map(({ config }) => {
        const on = config.columns.map((each) => (is(each, SQL) ? each : columnOf(each))) as [never, ...never[]];
        const built = (config.unique ? uniqueIndex : index)(config.name).on(...on);
        return config.where ? built.where(config.where) : built;
      }),
      ...primaryKeys.map((key) => primaryKey({ columns: key.columns.map(columnOf) as [never, ...never[]] })),
      ...foreignKeys.map((key) => {
        const { columns: from, foreignTable, foreignColumns } = key.reference();
        const there = () => made.get(getTableConfig(foreignTable as SQLiteTable).name) as Mirrored;
        const config = {
          name: key.getName(),
          columns: from.map(columnOf) as [never, ...never[]],
          // Looked at when all tables are made.
          get foreignColumns() {
            return foreignColumns.map((column) => there()[column.name]) as [never, ...never[]];
          },
        };
        const built = foreignKey(config);
        return key.onDelete && key.onDelete !== 'no action' ? built.onDelete(key.onDelete) : built;
      }),
    ];
  }) as never;
  made.set(name, mirrored);
  return mirrored;
}

const all = Object.fromEntries(Object.entries(tables).map(([key, table]) => [key, mirror(table)])) as {
  [K in keyof typeof tables]: Mirrored;
};

// One by one: drizzle-kit takes what is exported.
export const {
  cities,
  recordFacets,
  records,
  sites,
  voucherSerials,
  vouchers,
  batchIssues,
  batches,
  codeIssuers,
  credentialSecrets,
  credentials,
  nonces,
  recordChanges,
  filingFiles,
  filingMoves,
  filingVersions,
  filings,
  auditEvents,
  auditHead,
  figures,
  figuresHead,
  cityAccounts,
  cityMembers,
  cityOutbox,
  cityRegister,
  cityResidents,
  dataKeys,
  sealingProgress,
  accounts,
  pins,
  sessions,
  signInFailures,
  staff,
  twoFactors,
  verifications,
} = all;

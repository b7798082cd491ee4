import * as auditTables from './schema.audit.sqlite.ts';
import * as cityTables from './schema.city.sqlite.ts';
import * as exchangeTables from './schema.exchange.sqlite.ts';
import * as filingTables from './schema.filings.sqlite.ts';
import * as keyTables from './schema.keys.sqlite.ts';
import * as mainTables from './schema.sqlite.ts';
import * as staffTables from './schema.staff.sqlite.ts';

/** Every table, by its name in the code. */
export const tables = {
  ...mainTables,
  ...exchangeTables,
  ...filingTables,
  ...auditTables,
  ...cityTables,
  ...keyTables,
  ...staffTables,
};

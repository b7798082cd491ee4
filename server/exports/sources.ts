import type { Queries } from '../../db/index.ts';
import { maskRow } from '../records/browse.ts';
import { countRecords } from '../records/list-records.ts';
import { RECORD_COLUMNS, RECORD_STATES, type RecordColumn } from '../records/schema.ts';
import { walkRecords } from '../records/walk-records.ts';
import { MOST_ROWS, type StartExportInput } from './schema.ts';

/** What an export is made of: a heading, how many rows there will be, and the rows, some hundred at once. */
export interface Source {
  headings: string[];
  /** Past {@link MOST_ROWS} it stops counting. */
  count(): Promise<number>;
  pages(): AsyncGenerator<(string | number)[][]>;
}

/** Opens what an export asks for, on a database that is only read. */
export function openSource(db: Pick<Queries, 'select'>, input: StartExportInput): Source {
  const { filter, order, columns } = input;
  const backwards = order === undefined ? filter.search?.by !== 'name' : order === 'newest';
  const chosen = (Object.keys(RECORD_COLUMNS) as RecordColumn[]).filter((column) => columns.includes(column));
  return {
    headings: chosen.map((column) => RECORD_COLUMNS[column]),
    count: () => countRecords(db, filter, MOST_ROWS + 1),
    async *pages() {
      for await (const rows of walkRecords(db, filter, { backwards })) {
        yield rows.map((row) => {
          const masked = maskRow(row);
          return chosen.map((column) => (column === 'state' ? RECORD_STATES[masked.state] : (masked[column] ?? '')));
        });
      }
    },
  };
}

/**
 * The process that writes one export: rows out of the database, opened to read only, into its standard output. A process of its
 * own, so that a million rows take no time from those who wait for an answer, and a cancelled one is simply ended.
 */
import { openReadOnly } from '../../db/index.ts';
import { setKeys } from '../../db/seal.ts';
import { replaceDictionaries } from '../dictionaries/dictionaries.ts';
import { describeError } from '../log.ts';
import { type ExportInput, MOST_ROWS } from './schema.ts';
import { openSource } from './sources.ts';
import { writeFile } from './write-file.ts';

/** What the program is told. */
export interface Order {
  databaseUrl: string;
  dataKeys: string;
  dictionaries: string | undefined;
  input: ExportInput;
}

/** What it tells, one after the other. */
export type Report =
  | { at: 'counted'; total: number | null }
  | { at: 'written'; rows: number }
  | { at: 'done'; rows: number }
  | { at: 'too-many' }
  | { at: 'failed'; error: object };

const REPORT_MS = 200;

process.once('message', (order: Order) => {
  void work(order)
    .catch((error: unknown) => tell({ at: 'failed', error: describeError(error) }))
    .finally(() => process.exit(0));
});
// Whoever asked for it is gone.
process.once('disconnect', () => process.exit(1));

async function work({ databaseUrl, dataKeys, dictionaries, input }: Order) {
  setKeys(dataKeys);
  if (dictionaries) replaceDictionaries(dictionaries);
  const db = await openReadOnly(databaseUrl);
  const source = openSource(db.read, input);
  const total = await source.count();
  if (total !== null && total > MOST_ROWS) return tell({ at: 'too-many' });
  await tell({ at: 'counted', total });
  let rows = 0;
  let told = 0;
  await writeFile(source, input.format, process.stdout, (written) => {
    rows = written;
    if (rows > MOST_ROWS) void tell({ at: 'too-many' }).then(() => process.exit(0));
    if (performance.now() - told < REPORT_MS) return;
    told = performance.now();
    void tell({ at: 'written', rows });
  });
  await db.close();
  await tell({ at: 'done', rows });
}

function tell(report: Report): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(report, undefined, undefined, () => resolve());
  });
}

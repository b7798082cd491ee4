import { asc, eq, gt } from 'drizzle-orm';
import { given, prepared, type Queries, type Transaction, tables } from '../../db/index.ts';
import type { RecordState } from './schema.ts';

const { recordFacets } = tables;

/** What lists filter records by. A combination that occurs is a row of `record_facets`, named by its id. */
export type Facet = typeof recordFacets.$inferSelect;

/** The fields of a record that make its facet. */
export interface FacetFields {
  cdSource: string;
  appRecordNoRecognize: string;
  recognizeFlag: number;
  cdOperation: string;
  authenticationMethod: string | null;
}

/** A withdrawn record authenticates nobody, whatever its flag. */
export function stateOf({
  recognizeFlag,
  cdOperation,
}: Pick<FacetFields, 'recognizeFlag' | 'cdOperation'>): RecordState {
  if (cdOperation === 'd') return 'withdrawn';
  return recognizeFlag === 1 ? 'authenticated' : 'unauthenticated';
}

/**
 * Gives records their facets within a transaction; a combination that never occurred becomes a new one.
 * @returns a function from a record's fields to the id of its facet
 */
export async function facetsIn(tx: Transaction, cdSource: string): Promise<(fields: FacetFields) => Promise<number>> {
  const rows = await readFacets(tx, { cdSource });
  const keyOf = ({ appRecordNoRecognize, state, methods }: Omit<Facet, 'id' | 'cdSource'>) =>
    `${appRecordNoRecognize}\n${state}\n${methods}`;
  const ids = new Map(rows.map((row) => [keyOf(row), row.id]));
  return async (fields) => {
    const facet = {
      cdSource,
      appRecordNoRecognize: fields.appRecordNoRecognize,
      state: stateOf(fields),
      methods: fields.authenticationMethod ?? '',
    };
    const known = ids.get(keyOf(facet));
    if (known !== undefined) return known;
    const [added] = await tx.insert(recordFacets).values(facet).returning({ id: recordFacets.id });
    if (!added) throw new Error('no facet was inserted');
    ids.set(keyOf(facet), added.id);
    return added.id;
  };
}

const readFacets = prepared((tx: Transaction) =>
  tx
    .select()
    .from(recordFacets)
    .where(eq(recordFacets.cdSource, given('cdSource'))),
);

/** Facets are only ever added, so what was read once still holds. */
const remembered = new WeakMap<object, Facet[]>();

/** All facets, in the order in which they came up. */
export async function listFacets(db: Pick<Queries, 'select'>): Promise<readonly Facet[]> {
  const known = remembered.get(db) ?? [];
  const added = await db
    .select()
    .from(recordFacets)
    .where(gt(recordFacets.id, known.at(-1)?.id ?? 0))
    .orderBy(asc(recordFacets.id));
  if (added.length === 0) return known;
  const all = [...known, ...added];
  remembered.set(db, all);
  return all;
}

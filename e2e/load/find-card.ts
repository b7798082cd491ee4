/** The lookup that both baselines make, prepared, on a database of either kind. */
import Database from 'better-sqlite3';
import pg from 'pg';

const QUERY =
  'SELECT * FROM authentication_records WHERE substr(erhc_card_no, 1, 16) = $1 AND erhc_card_no = $2 LIMIT 1';

/** @param where the path of a SQLite file, or `postgres://…` */
export function makeFindCard(where: string): (card: string) => unknown {
  if (!where.startsWith('postgres:')) {
    const lookup = new Database(where, { readonly: true }).prepare(QUERY.replace(/\$\d/g, '?'));
    return (card) => lookup.get(card.slice(0, 16), card) ?? null;
  }
  const pool = new pg.Pool({ connectionString: where, max: 10 });
  return async (card) => {
    const { rows } = await pool.query({ name: 'lookup', text: QUERY, values: [card.slice(0, 16), card] });
    return rows[0] ?? null;
  };
}

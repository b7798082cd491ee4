/**
 * drizzle's query builder for PostgreSQL, over one way to ask. A session of our own: node-postgres' makes anew for each query what is the same
 * for all, and puts the query's values into the message of an error, where they end up in logs.
 */
import { fillPlaceholders } from 'drizzle-orm';
import { PgDatabase, PgDialect, PgPreparedQuery, PgSession } from 'drizzle-orm/pg-core';
import * as utils from 'drizzle-orm/utils';
import type { Answer, Statement } from './postgres-connection.ts';

type Ask = (statement: Statement) => Promise<Answer>;
type Text = { sql: string; params: unknown[] };
type MapRow = (fields: unknown, row: unknown[], joins: unknown) => unknown;

/** The driver's part of drizzle, which its types do not tell of. */
const { mapResultRow } = utils as unknown as { mapResultRow: MapRow };
const dialect = new PgDialect();

class Query extends PgPreparedQuery<{ execute: unknown; all: unknown; values: unknown }> {
  /** Set by the query builder where tables are joined. */
  joinsNotNullableMap: unknown;

  readonly #ask: Ask;
  readonly #text: Text;
  readonly #fields: unknown;

  constructor(ask: Ask, text: Text, fields: unknown) {
    super(text, undefined, undefined);
    this.#ask = ask;
    this.#text = text;
    this.#fields = fields;
  }

  override async execute(given: Record<string, unknown> = {}): Promise<unknown> {
    const statement = { text: this.#text.sql, values: fillPlaceholders(this.#text.params, given) };
    if (!this.#fields) return this.#ask(statement);
    const { rows } = await this.#ask({ ...statement, bare: true });
    return rows.map((row) => mapResultRow(this.#fields, row, this.joinsNotNullableMap));
  }
}

class Session extends PgSession {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    super(dialect);
    this.#ask = ask;
  }

  override prepareQuery(text: Text, fields: unknown): never {
    return new Query(this.#ask, text, fields) as never;
  }

  override async count(words: Parameters<PgSession['count']>[0]): Promise<number> {
    const { sql, params } = dialect.sqlToQuery(words);
    const { rows } = await this.#ask({ text: sql, values: params, bare: true });
    return Number(rows[0]?.[0]);
  }

  override transaction(): never {
    throw new Error('transactions are begun by db.write');
  }
}

/** @param ask gives a statement to the connection that it is meant for */
export const makeQueries = (ask: Ask) => new PgDatabase(dialect, new Session(ask), undefined);

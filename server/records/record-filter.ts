import { and, asc, desc, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { indexOf, isOneOf, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { parseHealthCode } from '../health-code/parse.ts';
import type { Facet } from './facets.ts';
import { type AuthenticationRecord, byCard } from './find-by-card.ts';
import type { RecordFilter } from './schema.ts';

export const { records } = tables;
/** The records again, inside a query of records. */
export const inner = alias(records, 'x');

/** Where a page ends: the next one begins behind it. */
export type Position = Pick<AuthenticationRecord, 'name' | 'cdTime' | 'seq'>;

export function lets({ cityCode, app, state, method }: RecordFilter, facet: Facet): boolean {
  return (
    (!cityCode || facet.cdSource === cityCode) &&
    (!app || facet.appRecordNoRecognize === app) &&
    (!state || facet.state === state) &&
    (!method || facet.methods.split('^').includes(method))
  );
}

export const idsOf = (facets: Facet[]) => facets.map(({ id }) => id);

/** As a sum the facet is no way in: only the key's own index is. */
export const isIn = (facets: Facet[]) => isOneOf(sql`(${records.facetId} + 0)`, idsOf(facets));

export function isOf(search: RecordFilter['search']): SQL | undefined {
  switch (search?.by) {
    case 'idcode':
      return eq(records.idcodeIndex, indexOf('idcode', search.text));
    case 'phone':
      return eq(records.phoneIndex, indexOf('phone', search.text));
    case 'code': {
      const code = parseHealthCode(search.text);
      if (!code) throw new DomainError('NOT_HEALTH_CODE', '不是电子健康码', 'search');
      return byCard(code.cardNo);
    }
  }
}

export type Table = typeof records | typeof inner;

/** A range instead of LIKE: it uses the index in SQLite and in PostgreSQL alike. */
export const beginsWith = (table: Table, text: string) =>
  and(gte(table.name, text), lt(table.name, `${text}\u{10FFFF}`));

/** Days are whole: a day alone sorts before all of its times, `~` behind them. */
export const inTime = (table: Table, { from, to }: RecordFilter) =>
  and(from ? gte(table.cdTime, from) : undefined, to ? lt(table.cdTime, `${to}~`) : undefined);

export function order(table: Table, byName: boolean, { backwards }: { backwards: boolean }): SQL[] {
  const way = backwards ? desc : asc;
  return [...(byName ? [way(table.name)] : []), way(table.cdTime), way(table.seq)];
}

export function behind(
  table: Table,
  byName: boolean,
  { backwards, after }: { backwards: boolean; after?: Position | undefined },
): SQL | undefined {
  if (!after) return undefined;
  const sign = sql.raw(backwards ? '<' : '>');
  return byName
    ? sql`(${table.name}, ${table.cdTime}, ${table.seq}) ${sign} (${after.name}, ${after.cdTime}, ${after.seq})`
    : sql`(${table.cdTime}, ${table.seq}) ${sign} (${after.cdTime}, ${after.seq})`;
}

import type { Db } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { authenticationMethodNames, divisionName, idCardTypeName, sexName } from '../dictionaries/dictionaries.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { stateOf } from './facets.ts';
import { type ListedRecord, listRecords } from './list-records.ts';
import { maskIdcode, maskName, maskPhone } from './mask.ts';
import { getRecord } from './open.ts';
import { type BrowseRecordsInput, RECORDS_PER_PAGE, type RecordFilter } from './schema.ts';

/**
 * A page of authentication records, masked: newest first, or by name for a name prefix.
 * @throws DomainError FORBIDDEN (province only), NOT_HEALTH_CODE, RECORD_NOT_FOUND (of the cursor)
 */
export async function browseRecords(db: Db, actor: Actor, input: BrowseRecordsInput) {
  const who = authorise(actor, 'province');
  const { cursor, order, ...filter } = input;
  const byName = filter.search?.by === 'name';
  const rows = await listRecords(db.read, filter, {
    backwards: order === undefined ? !byName : order === 'newest',
    after: cursor === undefined ? undefined : await getRecord(db, cursor),
    limit: RECORDS_PER_PAGE + 1,
  });
  await db.write((tx) => recordEvent(tx, who, { action: 'record.browse', outcome: 'ok', detail: filterWords(filter) }));
  return {
    items: rows.slice(0, RECORDS_PER_PAGE).map((row) => ({ id: row.id, ...maskRow(row) })),
    nextCursor: rows.length > RECORDS_PER_PAGE ? (rows[RECORDS_PER_PAGE - 1]?.id ?? null) : null,
  };
}

/** A record as lists and exports show it. */
export function maskRow(row: ListedRecord) {
  return {
    name: maskName(row.name),
    sex: sexName(row.sex),
    birthday: row.birthday,
    idCardType: idCardTypeName(row.idCardTypeCode),
    idcode: maskIdcode(row.idcode),
    phone: maskPhone(row.phone),
    cityName: divisionName(`${row.cdSource}00`),
    app: row.appRecordNoRecognize,
    methods: row.authenticationMethod && authenticationMethodNames(row.authenticationMethod),
    cdTime: row.cdTime,
    cdBatch: row.cdBatch,
    state: stateOf(row),
  };
}

/** Names what was asked for, never the name, number or phone that was searched. */
export function filterWords({ search, ...filters }: RecordFilter): string {
  const asked = Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  return [search?.by ?? 'all', ...asked].join(' ');
}

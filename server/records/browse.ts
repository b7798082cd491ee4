import { and, asc, desc, eq, gt, gte, lt, or, type SQL } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { divisionName, idCardTypeName, sexName } from '../dictionaries/dictionaries.ts';
import { DomainError } from '../errors.ts';
import { parseHealthCode } from '../health-code/parse.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { type AuthenticationRecord, byCard } from './find-by-card.ts';
import { maskIdcode, maskName, maskPhone } from './mask.ts';
import { getRecord } from './open.ts';
import { type BrowseRecordsInput, RECORDS_PER_PAGE } from './schema.ts';

const { records } = tables;

/**
 * A page of authentication records, masked: newest first, or by name for a name prefix. Pages go by key, so the millionth
 * row costs what the first does.
 * @throws DomainError FORBIDDEN (province only), NOT_HEALTH_CODE
 */
export async function browseRecords(db: Db, actor: Actor, input: BrowseRecordsInput) {
  const who = authorise(actor, 'province');
  const byName = input.search?.by === 'name';
  const last = input.cursor ? await getRecord(db, input.cursor) : undefined;
  const rows = await db.read
    .select()
    .from(records)
    .where(and(matching(input.search), last && after(last, byName)))
    .orderBy(...(byName ? [asc(records.name), asc(records.seq)] : [desc(records.cdTime), desc(records.seq)]))
    .limit(RECORDS_PER_PAGE + 1);
  await db.write((tx) =>
    recordEvent(tx, who, { action: 'record.browse', outcome: 'ok', detail: input.search?.by ?? 'all' }),
  );
  return {
    items: rows.slice(0, RECORDS_PER_PAGE).map((row) => ({
      id: row.id,
      name: maskName(row.name),
      sex: sexName(row.sex),
      idCardType: idCardTypeName(row.idCardTypeCode),
      idcode: maskIdcode(row.idcode),
      phone: maskPhone(row.phone),
      cityName: divisionName(`${row.cdSource}00`),
      cdTime: row.cdTime,
      recognizeFlag: row.recognizeFlag,
      withdrawn: row.cdOperation === 'd',
    })),
    nextCursor: rows.length > RECORDS_PER_PAGE ? (rows[RECORDS_PER_PAGE - 1]?.id ?? null) : null,
  };
}

function matching(search: BrowseRecordsInput['search']): SQL | undefined {
  switch (search?.by) {
    case undefined:
      return undefined;
    case 'name':
      // A range instead of LIKE: it uses the index in SQLite and in PostgreSQL alike.
      return and(gte(records.name, search.text), lt(records.name, `${search.text}\u{10FFFF}`));
    case 'idcode':
      return eq(records.idcode, search.text);
    case 'phone':
      return eq(records.phone, search.text);
    case 'code': {
      const code = parseHealthCode(search.text);
      if (!code) throw new DomainError('NOT_HEALTH_CODE', '不是电子健康码', 'search');
      return byCard(code.cardNo);
    }
  }
}

/** Rows that stand behind `last` in the list's order. */
function after(last: AuthenticationRecord, byName: boolean): SQL | undefined {
  return byName
    ? or(gt(records.name, last.name), and(eq(records.name, last.name), gt(records.seq, last.seq)))
    : or(lt(records.cdTime, last.cdTime), and(eq(records.cdTime, last.cdTime), lt(records.seq, last.seq)));
}

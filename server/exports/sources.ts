import type { Queries } from '../../db/index.ts';
import { listEvents } from '../audit/list-events.ts';
import { AUDIT_ACTIONS, AUDIT_OUTCOMES, type AuditAction, type AuditOutcome } from '../audit/schema.ts';
import { maskRow } from '../records/browse.ts';
import { countRecords } from '../records/list-records.ts';
import { RECORD_COLUMNS, RECORD_STATES, type RecordColumn } from '../records/schema.ts';
import { walkRecords } from '../records/walk-records.ts';
import { ROLE_NAMES, type Role } from '../staff/schema.ts';
import { shanghaiTime } from '../time.ts';
import { type ExportInput, MOST_ROWS } from './schema.ts';

type Reader = Pick<Queries, 'select'>;

/** What an export is made of: a heading, how many rows there will be, and the rows, some hundred at once. */
export interface Source {
  headings: string[];
  /** Past {@link MOST_ROWS} it stops counting; null where that would take as long as writing. */
  count(): Promise<number | null>;
  pages(): AsyncGenerator<(string | number)[][]>;
}

/** Opens what an export asks for, on a database that is only read. */
export function openSource(db: Reader, input: ExportInput): Source {
  return input.source === 'records' ? openRecords(db, input) : openTrail(db, input);
}

function openRecords(db: Reader, { filter, order, columns }: Extract<ExportInput, { source: 'records' }>): Source {
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

/** Columns of the audit trail: every one that the hash covers, and names for those who read. */
const TRAIL = [
  ...['编号', '时间', '操作', '操作代码', '结果', '结果代码', '操作人', '用户名', '操作人编号', '角色'],
  ...['接种单位编码', '接种单位', '对象', '说明', '请求编号', '校验值(SM3)'],
];
const EVENTS_A_PAGE = 1000;

function openTrail(db: Reader, { filter, order }: Extract<ExportInput, { source: 'audit' }>): Source {
  return {
    headings: TRAIL,
    count: async () => null,
    async *pages() {
      for (let cursor: number | null | undefined; cursor !== null; ) {
        const found = await listEvents(db, filter, { order, cursor, limit: EVENTS_A_PAGE });
        yield found.rows.map(({ event, actorName, actorUsername, siteName }) => [
          ...[event.id, shanghaiTime(new Date(event.at))],
          ...[AUDIT_ACTIONS[event.action as AuditAction] ?? event.action, event.action],
          ...[AUDIT_OUTCOMES[event.outcome as AuditOutcome] ?? event.outcome, event.outcome],
          ...[actorName ?? '', actorUsername ?? '', event.actor],
          ...[ROLE_NAMES[event.actorRole as Role] ?? event.actorRole, event.siteCode ?? '', siteName ?? ''],
          ...[event.subject ?? '', event.detail ?? '', event.requestId, event.hash ?? ''],
        ]);
        cursor = found.nextCursor;
      }
    },
  };
}

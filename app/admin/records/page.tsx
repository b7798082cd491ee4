'use client';

import type { TableColumnsType } from 'antd';
import Link from 'next/link';
import { RECORD_COLUMNS, type RecordColumn } from '../../../server/records/schema.ts';
import { api } from '../../ui/api.ts';
import type { Answers } from '../answers.ts';
import { ExportButton, ExportPanel } from '../export-panel.tsx';
import { KeysetTable } from '../keyset-table.tsx';
import { PageFrame } from '../page-frame.tsx';
import { useExports } from '../use-exports.ts';
import { useKeyset } from '../use-keyset.ts';
import { ColumnChooser, useColumns } from './column-chooser.tsx';
import styles from './records.module.css';
import { useSearch } from './search.tsx';
import { SearchForm } from './search-form.tsx';
import { StateTag } from './state-tag.tsx';

type Row = Answers['records']['browse']['items'][number];

const NONE = '—';
const OPEN = {
  title: '操作',
  key: 'open',
  fixed: 'end' as const,
  render: (_: unknown, row: Row) => (
    <Link href={`/admin/records/${row.id}`} prefetch={false}>
      查看
    </Link>
  ),
};

/** @param sorted the column that the list goes by, and its way */
function columnsOf(
  chosen: RecordColumn[],
  sorted: { by: RecordColumn; way: 'ascend' | 'descend' },
): TableColumnsType<Row> {
  const columns = chosen.map((column) => ({
    key: column,
    title: RECORD_COLUMNS[column],
    ...(column === sorted.by && {
      sorter: true,
      sortOrder: sorted.way,
      sortDirections: ['ascend' as const, 'descend' as const, 'ascend' as const],
    }),
    render: (_: unknown, row: Row) => (column === 'state' ? <StateTag state={row.state} /> : (row[column] ?? NONE)),
  }));
  return [...columns, OPEN];
}

/** The authentication records of the whole province, masked. */
export default function RecordsPage() {
  const { asked, ask, cursors } = useSearch();
  const { filter, order } = asked;
  const chosen = useColumns();
  const exports = useExports('records');
  const list = useKeyset({
    key: ['records.browse', asked],
    cursors,
    load: (cursor: string | undefined) => api.records.browse.mutate({ ...filter, order, cursor }),
  });
  // A search by name goes by name, everything else by time.
  const byName = filter.search?.by === 'name';
  const ascending = order === undefined ? byName : order === 'oldest';
  const columns = columnsOf(chosen.columns, { by: byName ? 'name' : 'cdTime', way: ascending ? 'ascend' : 'descend' });
  const actions = (
    <div className={styles.actions}>
      <ColumnChooser {...chosen} />
      <ExportButton
        exports={exports}
        onStart={(format) =>
          exports.start.mutate({ source: 'records', format, filter, order, columns: chosen.columns })
        }
      />
    </div>
  );
  return (
    <PageFrame title="实名认证记录" actions={actions} error={list.error}>
      <SearchForm />
      <ExportPanel exports={exports} />
      <KeysetTable
        list={list}
        rowKey="id"
        columns={columns}
        onChange={() => ask({ order: ascending ? 'newest' : 'oldest' })}
        empty="没有符合条件的记录"
      />
    </PageFrame>
  );
}

'use client';

import type { TableColumnsType } from 'antd';
import Link from 'next/link';
import { api } from '../../ui/api.ts';
import type { Answers } from '../answers.ts';
import { KeysetTable } from '../keyset-table.tsx';
import { PageFrame } from '../page-frame.tsx';
import { useKeyset } from '../use-keyset.ts';
import { useSearch } from './search.tsx';
import { SearchForm } from './search-form.tsx';
import { StateTag } from './state-tag.tsx';

type Row = Answers['records']['browse']['items'][number];

const COLUMNS: TableColumnsType<Row> = [
  { title: '姓名', dataIndex: 'name' },
  { title: '性别', dataIndex: 'sex' },
  { title: '证件类型', dataIndex: 'idCardType' },
  { title: '证件号码', dataIndex: 'idcode' },
  { title: '手机号', dataIndex: 'phone' },
  { title: '来源城市', dataIndex: 'cityName' },
  { title: '插入时间', dataIndex: 'cdTime' },
  { title: '状态', key: 'state', render: (_, row) => <StateTag {...row} /> },
  {
    title: '操作',
    key: 'open',
    fixed: 'end',
    render: (_, row) => (
      <Link href={`/admin/records/${row.id}`} prefetch={false}>
        查看
      </Link>
    ),
  },
];

/** The authentication records of the whole province, masked. */
export default function RecordsPage() {
  const { asked, cursors } = useSearch();
  const list = useKeyset({
    key: ['records.browse', asked],
    cursors,
    load: (cursor: string | undefined) => api.records.browse.mutate({ search: asked.search, cursor }),
  });
  return (
    <PageFrame title="实名认证记录" error={list.error}>
      <SearchForm />
      <KeysetTable list={list} rowKey="id" columns={COLUMNS} empty="没有符合条件的记录" />
    </PageFrame>
  );
}

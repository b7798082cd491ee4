'use client';

import { Descriptions, type TableColumnsType, Tag } from 'antd';
import { useState } from 'react';
import { api } from '../../ui/api.ts';
import type { Answers } from '../answers.ts';
import { KeysetTable } from '../keyset-table.tsx';
import { PageFrame } from '../page-frame.tsx';
import { useKeyset } from '../use-keyset.ts';
import { actorWord, detailWord, outcomeWord, roleWord } from './words.ts';

type Row = Answers['audit']['browse']['items'][number];

const GOOD = ['ok', 'authenticated'];
const NONE = '—';

/** Numbers that fit stand whole; ids and card numbers by their beginning, the rest unfolds with the row. */
const shorten = (id: string) => (id.length > 24 ? `${id.slice(0, 8)}…` : id);

const COLUMNS: TableColumnsType<Row> = [
  { title: '时间', dataIndex: 'at' },
  { title: '操作', dataIndex: 'action' },
  {
    title: '结果',
    dataIndex: 'outcome',
    render: (word: string) => <Tag color={GOOD.includes(word) ? 'success' : 'warning'}>{outcomeWord(word)}</Tag>,
  },
  {
    title: '操作人',
    dataIndex: 'actor',
    render: (actor: string, row) => (
      <>
        {row.actorName ?? actorWord(actor)}
        <br />
        <small>{roleWord(row.actorRole)}</small>
      </>
    ),
  },
  { title: '接种单位', dataIndex: 'siteName', render: (name: string | null) => name ?? NONE },
  { title: '对象', dataIndex: 'subject', render: (subject: string | null) => (subject ? shorten(subject) : NONE) },
  { title: '说明', dataIndex: 'detail', render: (detail: string | null) => (detail ? detailWord(detail) : NONE) },
  { title: '请求编号', dataIndex: 'requestId', render: shorten },
];

/** The numbers of an event in full, to compare and to copy. */
function Numbers({ row }: { row: Row }) {
  const items = [
    { key: 'actor', label: '操作人', children: actorWord(row.actor) },
    { key: 'subject', label: '对象', children: row.subject ?? NONE },
    { key: 'request', label: '请求编号', children: row.requestId },
    { key: 'hash', label: '校验值(SM3)', children: row.hash ?? NONE },
  ];
  return <Descriptions size="small" column={1} items={items} styles={{ content: { overflowWrap: 'anywhere' } }} />;
}

/** Who saw and did what, newest first. */
export default function AuditPage() {
  const cursors = useState<readonly number[]>([]);
  const list = useKeyset({
    key: ['audit.browse'],
    cursors,
    load: (cursor: number | undefined) => api.audit.browse.query({ cursor }),
  });
  return (
    <PageFrame title="审计记录" error={list.error}>
      <KeysetTable
        list={list}
        rowKey="id"
        columns={COLUMNS}
        expandable={{ fixed: 'start', expandedRowRender: (row) => <Numbers row={row} /> }}
        empty="没有审计记录"
      />
    </PageFrame>
  );
}

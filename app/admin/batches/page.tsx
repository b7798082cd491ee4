'use client';

import { Card, type TableColumnsType, Tag } from 'antd';
import Link from 'next/link';
import { api } from '../../ui/api.ts';
import { useMe } from '../../ui/use-me.ts';
import type { Answers } from '../answers.ts';
import { CityFilter } from '../city-filter.tsx';
import { KeysetTable } from '../keyset-table.tsx';
import { PageFrame } from '../page-frame.tsx';
import { useKeyset } from '../use-keyset.ts';
import styles from './batches.module.css';
import { useFilter } from './filter.tsx';

type Row = Answers['exchange']['browseBatches']['items'][number];

const figure = (count: number) => <span className={styles.number}>{count.toLocaleString('zh-CN')}</span>;

const COLUMNS: TableColumnsType<Row> = [
  { title: '批次号', dataIndex: 'cdBatch', className: styles.number },
  { title: '城市', dataIndex: 'cityName' },
  { title: '接入凭据', dataIndex: 'appId' },
  { title: '收到时间', dataIndex: 'receivedAt', className: styles.number },
  { title: '总数', dataIndex: 'total', align: 'right', render: figure },
  { title: '写入', dataIndex: 'accepted', align: 'right', render: figure },
  { title: '无变化', dataIndex: 'unchanged', align: 'right', render: figure },
  {
    title: '拒绝',
    dataIndex: 'rejected',
    align: 'right',
    render: (count: number) => (count > 0 ? <Tag color="error">{figure(count)}</Tag> : figure(count)),
  },
  { title: '提示', dataIndex: 'warnings', align: 'right', render: figure },
  {
    title: '操作',
    key: 'open',
    align: 'center',
    fixed: 'end',
    render: (_, { cdBatch }) => (
      <Link href={`/admin/batches/${cdBatch}`} prefetch={false}>
        查看
      </Link>
    ),
  },
];

/** What the cities uploaded, newest first: a city's own, or everybody's for the province. */
export default function BatchesPage() {
  const { data: me } = useMe();
  const { cityCode, choose, cursors } = useFilter();
  const list = useKeyset({
    key: ['exchange.browseBatches', cityCode ?? null],
    cursors,
    load: (cursor: number | undefined) => api.exchange.browseBatches.query({ cityCode, cursor }),
  });
  return (
    <PageFrame title="批次" error={list.error}>
      {me?.role === 'province' && (
        <Card size="small">
          <CityFilter value={cityCode} onChange={choose} />
        </Card>
      )}
      <KeysetTable list={list} rowKey="cdBatch" columns={COLUMNS} empty="还没有收到批次" />
    </PageFrame>
  );
}

import { Card, Empty, Table, type TableColumnsType } from 'antd';
import Link from 'next/link';
import type { Answers } from '../../answers.ts';
import { FLUSH } from '../../flush.ts';
import { CD_OPERATION } from './fields.ts';
import styles from './record.module.css';

type Change = Answers['records']['open']['history'][number];

const NONE = '—';
const COLUMNS: TableColumnsType<Change> = [
  { title: '时间', dataIndex: 'at', className: styles.whole },
  {
    title: '批次',
    dataIndex: 'cdBatch',
    render: (cdBatch: string) => (
      <Link href={`/admin/batches/${cdBatch}`} prefetch={false}>
        {cdBatch}
      </Link>
    ),
  },
  {
    title: '操作',
    dataIndex: 'operation',
    className: styles.whole,
    render: (operation: Change['operation']) => CD_OPERATION[operation],
  },
  { title: '应用', dataIndex: 'app', className: styles.whole },
  {
    title: '变更字段',
    dataIndex: 'changed',
    className: styles.changed,
    render: (changed: string[]) => changed.join('、') || NONE,
  },
];

/** What was done to a record, newest first. */
export function History({ changes }: { changes: Change[] }) {
  return (
    <Card title="变更历史" size="small" className={styles.history} styles={FLUSH}>
      <Table<Change>
        columns={COLUMNS}
        dataSource={changes}
        rowKey="id"
        size="medium"
        scroll={{ x: 760 }}
        pagination={{ defaultPageSize: 10, hideOnSinglePage: true, showSizeChanger: false, className: styles.pager }}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="没有变更历史" /> }}
      />
    </Card>
  );
}

import { PlusOutlined } from '@ant-design/icons';
import { Button, Empty, Table, type TableColumnsType, Tag } from 'antd';
import { type ReactNode, useId } from 'react';
import styles from './platforms.module.css';

/** What holds until it is revoked. */
interface Held {
  label: string;
  createdAt: string;
  revokedAt: string | null;
  /** Until when the secret before the last rotation holds, too. */
  formerUntil: string | null;
}

interface Props<Row extends Held> {
  title: string;
  rows: Row[];
  rowKey: keyof Row & string;
  /** Headings of what names a row, and of when it was made. */
  headings: { name: string; created: string };
  addText: string;
  onAdd: () => void;
  /** What may be done to a row that holds. */
  actions: (row: Row) => ReactNode;
  empty: string;
}

/** A city's credentials or issuers: since when each holds and till when it held, and what can be done to it. */
export function HeldTable<Row extends Held>(props: Props<Row>) {
  const { title, rows, rowKey, headings, addText, onAdd, actions, empty } = props;
  const id = useId();
  const columns: TableColumnsType<Row> = [
    { title: headings.name, dataIndex: rowKey, width: 190, className: styles.text ?? '' },
    { title: '用途', dataIndex: 'label', className: styles.text ?? '' },
    { title: headings.created, dataIndex: 'createdAt', width: 180 },
    {
      title: '状态',
      dataIndex: 'revokedAt',
      width: 232,
      render: (revokedAt: string | null, { formerUntil }) => {
        const below = revokedAt ?? (formerUntil && `旧密钥可用至 ${formerUntil}`);
        return (
          <>
            <Tag color={revokedAt === null ? 'success' : 'error'}>{revokedAt === null ? '有效' : '已吊销'}</Tag>
            {below && <small className={styles.when}>{below}</small>}
          </>
        );
      },
    },
    {
      title: '操作',
      key: 'actions',
      width: 150,
      fixed: 'end',
      render: (_, row) => row.revokedAt === null && <span className={styles.actions}>{actions(row)}</span>,
    },
  ];
  return (
    <section className={styles.held} aria-labelledby={id}>
      <div className={styles.heading}>
        <h2 id={id}>{title}</h2>
        <Button size="small" icon={<PlusOutlined aria-hidden />} onClick={onAdd}>
          {addText}
        </Button>
      </div>
      <Table<Row>
        columns={columns}
        dataSource={rows}
        rowKey={rowKey}
        pagination={false}
        size="medium"
        tableLayout="fixed"
        scroll={{ x: 890 }}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} /> }}
      />
    </section>
  );
}

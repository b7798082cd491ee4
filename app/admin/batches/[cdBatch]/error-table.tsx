import { DownloadOutlined } from '@ant-design/icons';
import { Alert, Button, Card, Empty, Table, type TableColumnsType } from 'antd';
import { INLINE_ERRORS } from '../../../../server/exchange/schema.ts';
import type { Answers } from '../../answers.ts';
import { FLUSH } from '../../flush.ts';
import styles from './receipt.module.css';

type Batch = Answers['exchange']['openBatch'];
type Row = Batch['errors'][number] & { key: number };

const NONE = '—';
const COLUMNS: TableColumnsType<Row> = [
  { title: '行', dataIndex: 'row', align: 'right', width: 64 },
  { title: '记录主键', dataIndex: 'id', render: (id: string | null) => (id ? <code>{id}</code> : NONE) },
  { title: '字段', dataIndex: 'field', render: (field: string) => (field ? <code>{field}</code> : NONE) },
  { title: '代码', dataIndex: 'code', render: (code: string) => <code>{code}</code> },
  { title: '说明', dataIndex: 'message', className: styles.message },
];

/** A batch's errors, record by record, and the file of all that was wrong or odd. */
export function ErrorTable({ batch }: { batch: Batch }) {
  const { errors, errorsUrl, rejected, warnings } = batch;
  // A record can break two rules of one field: only its place names an error.
  const rows = errors.map((error, key) => ({ ...error, key }));
  return (
    <Card
      size="small"
      title="错误"
      className={styles.errors}
      styles={FLUSH}
      extra={
        rejected + warnings > 0 && (
          <Button size="small" icon={<DownloadOutlined aria-hidden />} href={errorsUrl} download>
            下载错误与提示(CSV)
          </Button>
        )
      }
    >
      {errors.length >= INLINE_ERRORS && (
        <Alert banner type="warning" title={`这里只列出前 ${INLINE_ERRORS} 个错误;全部错误请下载 CSV 文件查看。`} />
      )}
      <Table<Row>
        columns={COLUMNS}
        dataSource={rows}
        size="medium"
        scroll={{ x: 760 }}
        pagination={{
          defaultPageSize: 20,
          hideOnSinglePage: true,
          showSizeChanger: false,
          showTotal: (total) => `列出 ${total} 个错误`,
          className: styles.pager,
        }}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="这个批次没有错误" /> }}
      />
    </Card>
  );
}

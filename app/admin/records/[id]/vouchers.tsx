import { useQuery } from '@tanstack/react-query';
import { Card, Empty, Table, type TableColumnsType, Tag } from 'antd';
import { VOUCHERS_OF_A_RECORD } from '../../../../server/vouchers/schema.ts';
import { api } from '../../../ui/api.ts';
import type { Answers } from '../../answers.ts';
import { Failure } from '../../failure.tsx';
import { FLUSH } from '../../flush.ts';
import styles from './record.module.css';

type Row = Answers['vouchers']['ofRecord'][number];

const COLUMNS: TableColumnsType<Row> = [
  { title: '凭证号', dataIndex: 'voucherNo', className: styles.whole },
  { title: '接种单位', dataIndex: 'siteName', className: styles.changed },
  { title: '核验时间', dataIndex: 'issuedAt', className: styles.whole },
  { title: '核验人员', dataIndex: 'issuedByName', className: styles.whole },
  { title: '打印次数', dataIndex: 'printCount', align: 'right', className: styles.whole },
  {
    title: '状态',
    dataIndex: 'voidReason',
    render: (reason: string | null) =>
      reason === null ? (
        <Tag color="success">有效</Tag>
      ) : (
        <>
          <Tag color="error">已作废</Tag>
          {reason}
        </>
      ),
  },
];

/** The vouchers that were issued on a record, newest first. */
export function VouchersOfRecord({ id }: { id: string }) {
  const vouchers = useQuery({
    queryKey: ['vouchers.ofRecord', id],
    queryFn: () => api.vouchers.ofRecord.mutate({ id }),
    // Looking is audited: one look, one event.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const { data, error } = vouchers;
  const title = data?.length === VOUCHERS_OF_A_RECORD ? `接种凭证(最近 ${VOUCHERS_OF_A_RECORD} 张)` : '接种凭证';
  return (
    <Card title={title} size="small" className={styles.history} styles={FLUSH} role="region" aria-label="接种凭证">
      {error ? (
        <Failure error={error} onRetry={() => void vouchers.refetch()} retrying={vouchers.isFetching} />
      ) : (
        <Table<Row>
          columns={COLUMNS}
          dataSource={data ?? []}
          loading={vouchers.isFetching}
          rowKey="voucherNo"
          size="medium"
          scroll={{ x: 760 }}
          pagination={{ defaultPageSize: 10, hideOnSinglePage: true, showSizeChanger: false, className: styles.pager }}
          locale={{
            emptyText: data ? (
              <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="没有出具过接种凭证" />
            ) : (
              '正在读取…'
            ),
          }}
        />
      )}
    </Card>
  );
}

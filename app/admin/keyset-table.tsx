import { Card, Empty, Table, type TableProps } from 'antd';
import { Failure } from './failure.tsx';
import styles from './keyset.module.css';
import { KeysetPager } from './keyset-pager.tsx';
import type { Keyset } from './use-keyset.ts';

interface Props<Row> extends Pick<TableProps<Row>, 'columns' | 'rowKey' | 'expandable' | 'onChange'> {
  list: Keyset<Row>;
  /** Said when the list is empty. */
  empty: string;
}

/** A page of a list as a table, with its pager; or why it can't be shown. */
export function KeysetTable<Row extends object>({ list, empty, ...table }: Props<Row>) {
  return (
    <Card styles={{ body: { padding: 0 } }} className={styles.card}>
      {list.error ? (
        <Failure error={list.error} onRetry={list.refresh} retrying={list.busy} />
      ) : (
        <Table<Row>
          {...table}
          dataSource={list.page?.items ?? []}
          loading={list.busy}
          pagination={false}
          size="medium"
          scroll={{ x: 'max-content' }}
          showSorterTooltip={false}
          locale={{
            emptyText: list.page ? <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} /> : '正在读取…',
          }}
        />
      )}
      <KeysetPager list={list} />
    </Card>
  );
}

import { Card, Empty, Segmented, Table, type TableColumnsType } from 'antd';
import type { EChartsCoreOption } from 'echarts/core';
import { useState } from 'react';
import { FLUSH } from '../flush.ts';
import { Chart } from './chart.tsx';
import styles from './home.module.css';

interface Props<Row> {
  title: string;
  rows: Row[];
  rowKey: keyof Row & string;
  columns: TableColumnsType<Row>;
  option: EChartsCoreOption;
  height?: number;
  /** Said when there is nothing to draw. */
  empty: string | null;
}

const VIEWS = ['图', '表'];

/** A chart with its table behind it. */
export function ChartCard<Row extends object>({
  title,
  rows,
  rowKey,
  columns,
  option,
  height = 280,
  empty,
}: Props<Row>) {
  const [view, setView] = useState('图');
  const asTable = view === '表';
  return (
    <Card
      size="small"
      title={title}
      role="region"
      aria-label={title}
      className={styles.card}
      styles={asTable && !empty ? FLUSH : {}}
      extra={
        !empty && (
          <Segmented size="small" options={VIEWS} value={view} onChange={setView} aria-label={`${title}的显示方式`} />
        )
      }
    >
      {empty ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} />
      ) : asTable ? (
        <Table<Row>
          size="small"
          rowKey={rowKey}
          columns={columns}
          dataSource={rows}
          pagination={false}
          scroll={{ x: 'max-content', y: height }}
        />
      ) : (
        <Chart label={`${title}图,数字见“表”`} option={option} height={height} />
      )}
    </Card>
  );
}

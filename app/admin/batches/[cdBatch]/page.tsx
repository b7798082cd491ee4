'use client';

import { useQuery } from '@tanstack/react-query';
import { Card, Descriptions, Skeleton, Statistic, Tag } from 'antd';
import { use } from 'react';
import { api } from '../../../ui/api.ts';
import type { Answers } from '../../answers.ts';
import { Failure } from '../../failure.tsx';
import { PageFrame } from '../../page-frame.tsx';
import { ErrorTable } from './error-table.tsx';
import styles from './receipt.module.css';

type Batch = Answers['exchange']['openBatch'];

const RED = { color: 'var(--stop)' };
const LIST = { href: '/admin/batches', title: '返回批次列表' };

/** A batch's receipt, as its city has it. */
export default function BatchPage({ params }: { params: Promise<{ cdBatch: string }> }) {
  const { cdBatch } = use(params);
  const opened = useQuery({
    queryKey: ['exchange.openBatch', cdBatch],
    queryFn: () => api.exchange.openBatch.query({ cdBatch }),
    gcTime: 0,
  });
  const { data: batch, error } = opened;
  const mark = batch && (batch.rejected > 0 ? <Tag color="error">有拒绝</Tag> : <Tag color="success">全部收下</Tag>);
  return (
    <PageFrame title="批次回执" mark={mark} back={LIST} error={error}>
      {error && (
        <Card>
          <Failure error={error} onRetry={() => void opened.refetch()} retrying={opened.isFetching} />
        </Card>
      )}
      {opened.isPending && (
        <Card aria-busy aria-label="正在读取批次">
          <Skeleton active paragraph={{ rows: 8 }} />
        </Card>
      )}
      {batch && (
        <>
          <Figures batch={batch} />
          <ErrorTable batch={batch} />
        </>
      )}
    </PageFrame>
  );
}

function Figures({ batch }: { batch: Batch }) {
  const origin = [
    { key: 'batch', label: '批次号', children: batch.cdBatch },
    { key: 'city', label: '城市', children: `${batch.cityName}(${batch.cityCode})` },
    { key: 'app', label: '接入凭据', children: batch.appId },
    { key: 'at', label: '收到时间', children: batch.receivedAt },
  ];
  const figures = [
    { title: '总数', value: batch.total },
    { title: '写入', value: batch.accepted },
    { title: '无变化', value: batch.unchanged },
    { title: '拒绝', value: batch.rejected, styles: batch.rejected > 0 ? { content: RED } : undefined },
    { title: '提示', value: batch.warnings },
  ];
  return (
    <Card size="small" title="概况">
      <Descriptions size="small" column={{ xs: 1, sm: 2, xl: 4 }} items={origin} />
      <div className={styles.figures}>
        {figures.map((figure) => (
          <Statistic key={figure.title} {...figure} />
        ))}
      </div>
    </Card>
  );
}

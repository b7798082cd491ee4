import { ReloadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Card, Segmented, Skeleton, Statistic } from 'antd';
import { useState } from 'react';
import type { ReadFiguresInput } from '../../../server/figures/schema.ts';
import type { Role } from '../../../server/staff/schema.ts';
import { api } from '../../ui/api.ts';
import { Failure } from '../failure.tsx';
import { type Figures as Answer, ByDay, ByHour, BySite, Refusals, Uploads, UploadsByDay } from './cards.tsx';
import styles from './home.module.css';

const REFRESH_MS = 60_000;
const PERIODS: { value: ReadFiguresInput['period']; label: string }[] = [
  { value: 'today', label: '今日' },
  { value: 'month', label: '近 30 天' },
];

/** What was done today or in the last 30 days, as far as the role sees it. */
export function Figures({ role }: { role: Role }) {
  const [period, setPeriod] = useState<ReadFiguresInput['period']>('today');
  const read = useQuery({
    queryKey: ['figures.read', period],
    queryFn: () => api.figures.read.query({ period }),
    refetchInterval: REFRESH_MS,
  });
  const { data: figures } = read;
  return (
    <section className={styles.figures} aria-label="数据概览">
      <div className={styles.heading}>
        <h1>数据概览</h1>
        <Segmented options={PERIODS} value={period} onChange={setPeriod} aria-label="统计区间" />
        <span className={styles.asOf}>{figures && `统计至 ${figures.asOf}`}</span>
        <Button icon={<ReloadOutlined aria-hidden />} loading={read.isFetching} onClick={() => void read.refetch()}>
          刷新
        </Button>
      </div>
      {read.error && (
        <Card>
          <Failure error={read.error} onRetry={() => void read.refetch()} retrying={read.isFetching} />
        </Card>
      )}
      {read.isPending && (
        <Card aria-busy aria-label="正在读取数据">
          <Skeleton active paragraph={{ rows: 8 }} />
        </Card>
      )}
      {figures && <Cards figures={figures} role={role} />}
    </section>
  );
}

function Cards({ figures, role }: { figures: Answer; role: Role }) {
  const { totals } = figures;
  const work = [
    { title: '扫码', value: totals.scans },
    { title: '出具凭证', value: totals.vouchers },
    { title: '未通过', value: totals.refused },
    { title: '补打', value: totals.reprints },
    { title: '作废', value: totals.voids },
  ];
  const came = totals.accepted + totals.unchanged + totals.rejected;
  const uploads = [
    { title: '上传批次', value: totals.batches },
    { title: '上传记录', value: came },
    { title: '拒收率', value: came === 0 ? '—' : `${((totals.rejected / came) * 100).toFixed(1)}%` },
  ];
  const shown = [...(role === 'city' ? [] : work), ...(role === 'site_admin' ? [] : uploads)];
  const month = figures.period === 'month';
  return (
    <>
      <ul className={styles.numbers}>
        {shown.map(({ title, value }) => (
          <li key={title}>
            <Card size="small">
              <Statistic title={title} value={value} />
            </Card>
          </li>
        ))}
      </ul>
      <div className={styles.charts}>
        {role !== 'city' && (
          <>
            {month && <ByDay figures={figures} />}
            <ByHour figures={figures} />
            <Refusals figures={figures} />
          </>
        )}
        {role === 'province' && <BySite figures={figures} />}
        {role === 'city' && month && <UploadsByDay figures={figures} />}
        {role !== 'site_admin' && <Uploads figures={figures} />}
      </div>
    </>
  );
}

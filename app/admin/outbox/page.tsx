'use client';

import { Alert, Card, Empty, Skeleton } from 'antd';
import { useState } from 'react';
import { api, isPassing, toProblem } from '../../ui/api.ts';
import { useMe } from '../../ui/use-me.ts';
import { Failure } from '../failure.tsx';
import { PageFrame } from '../page-frame.tsx';
import { useKeyset } from '../use-keyset.ts';
import { Reconciliation } from './reconciliation.tsx';
import { RefusedTable } from './refused-table.tsx';
import { UploadCard } from './upload-card.tsx';

const WATCH_MS = 3000;

/** What the city's own platform tells the province: how that goes, what was refused, and whether both hold the same. */
export default function OutboxPage() {
  const { data: me } = useMe();
  const cursors = useState<readonly number[]>([]);
  const list = useKeyset({
    key: ['city.outbox'],
    cursors,
    async load(cursor: number | undefined) {
      const { refused, ...rest } = await api.city.outbox.query({ cursor });
      return { ...refused, ...rest };
    },
    watchMs: WATCH_MS,
  });
  const { page, error } = list;
  const absent = error && me?.role === 'city' ? whyAbsent(toProblem(error).code) : null;
  if (absent) {
    return (
      <PageFrame title="上报" error={null}>
        <Card>
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={absent} />
        </Card>
      </PageFrame>
    );
  }
  // What is on the screen stays there while the line is broken.
  const stale = page && error && isPassing(error);
  return (
    <PageFrame title="上报" error={error}>
      {error && !stale && (
        <Card>
          <Failure error={error} onRetry={list.refresh} retrying={list.busy} />
        </Card>
      )}
      {!page && !error && (
        <Card aria-busy aria-label="正在读取上报情况">
          <Skeleton active paragraph={{ rows: 8 }} />
        </Card>
      )}
      {page && (!error || stale) && (
        <>
          {error && <Alert type="warning" showIcon role="alert" title={`未能刷新:${toProblem(error).message}`} />}
          <UploadCard counts={page.counts} upload={page.upload} />
          <RefusedTable list={{ ...list, error: null }} total={page.counts.refused} />
          <Reconciliation />
        </>
      )}
    </PageFrame>
  );
}

/** In words for who keeps a city's platform: there may be none on this server, or another city's. */
function whyAbsent(code: string): string | null {
  if (code === 'CITY_PLATFORM_OFF') return '本系统未启用市级平台,没有由本系统上报的记录';
  if (code === 'FORBIDDEN') return '本系统启用的是其他城市的平台,没有由本系统上报的本市记录';
  return null;
}

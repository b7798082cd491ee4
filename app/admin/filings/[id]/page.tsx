'use client';

import { PrinterOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Card, Skeleton } from 'antd';
import { use } from 'react';
import { api } from '../../../ui/api.ts';
import type { Answers } from '../../answers.ts';
import { Failure } from '../../failure.tsx';
import { PageFrame } from '../../page-frame.tsx';
import { StateTag } from '../state-tag.tsx';
import { Discard } from './discard.tsx';
import { Screens, Stamped } from './files.tsx';
import { FormEditor } from './form-editor.tsx';
import { Comparison, FormView } from './form-view.tsx';
import { Moves } from './moves.tsx';
import { Way } from './way.tsx';

export type Opened = Answers['filings']['open'];

const LIST = { href: '/admin/filings', title: '返回应用备案列表' };

/** One filing: the form, its files, what may be done with it, and its way so far. */
export default function FilingPage({ params }: { params: Promise<{ id: string }> }) {
  const id = Number(use(params).id);
  const opened = useQuery({
    queryKey: ['filings.open', id],
    queryFn: () => api.filings.open.mutate({ id }),
    // Opening is audited: one look, one event.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const filing = opened.data;
  const refresh = () => void opened.refetch();
  const print = filing && !filing.may.edit && (
    <Button href={`/filings/${id}`} icon={<PrinterOutlined aria-hidden />}>
      打印申请表
    </Button>
  );
  return (
    <PageFrame
      title={filing?.form.appName || '备案申请'}
      mark={filing && <StateTag state={filing.state} />}
      actions={print}
      back={LIST}
      error={opened.error}
    >
      {opened.error && (
        <Card>
          <Failure error={opened.error} onRetry={refresh} retrying={opened.isFetching} />
        </Card>
      )}
      {opened.isPending && (
        <Card aria-busy aria-label="正在读取备案申请">
          <Skeleton active paragraph={{ rows: 10 }} />
        </Card>
      )}
      {filing && (
        <>
          {filing.may.edit ? <FormEditor filing={filing} onSaved={refresh} /> : <FormView filing={filing} />}
          <Screens filing={filing} onTried={refresh} />
          {!filing.may.edit && <Comparison filing={filing} />}
          <Stamped filing={filing} onTried={refresh} />
          <Moves filing={filing} onTried={refresh} />
          {filing.may.discard && <Discard filing={filing} onFailed={refresh} />}
          <Way filing={filing} />
        </>
      )}
    </PageFrame>
  );
}

'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { use } from 'react';
import { api, toProblem } from '../../ui/api.ts';
import { PageMessage } from '../../ui/page-message.tsx';
import { useIdleEnd } from '../../ui/use-idle-end.ts';
import styles from './filing.module.css';
import { FilingPaper } from './paper.tsx';

/** The application form (F1) as paper: printed, stamped, scanned, handed in. */
export default function FilingPaperPage({ params }: { params: Promise<{ id: string }> }) {
  const id = Number(use(params).id);
  useIdleEnd();
  const opened = useQuery({
    queryKey: ['filings.open', id],
    queryFn: () => api.filings.open.mutate({ id }),
    // Opening is audited: one look, one event.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const back = <Link href={`/admin/filings/${id}`}>返回</Link>;
  const refusal =
    opened.error && toProblem(opened.error).kind === 'refused'
      ? toProblem(opened.error).message
      : opened.data?.may.edit
        ? '申请提交后才能打印'
        : null;
  if (refusal) {
    return (
      <PageMessage>
        <p role="alert">{refusal}</p>
        {back}
      </PageMessage>
    );
  }
  if (!opened.data) return <PageMessage error={opened.error}>正在打开申请表…</PageMessage>;
  return (
    <main className={styles.page}>
      <div className={`screen-only ${styles.tools}`}>
        {back}
        <button type="button" onClick={() => window.print()}>
          打印申请表
        </button>
      </div>
      <FilingPaper filing={opened.data} />
    </main>
  );
}

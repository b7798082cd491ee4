'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { use } from 'react';
import { api, toProblem } from '../../ui/api.ts';
import { PageMessage } from '../../ui/page-message.tsx';
import { useIdleEnd } from '../../ui/use-idle-end.ts';
import { ReportPaper } from './paper.tsx';
import styles from './report.module.css';

interface Props {
  params: Promise<{ day: string }>;
  /** `site`: a site's code; the own one if left out. */
  searchParams: Promise<{ site?: string }>;
}

/** A site's day, to be printed and filed. */
export default function ReportPage({ params, searchParams }: Props) {
  const { day } = use(params);
  useIdleEnd();
  const { site: siteCode } = use(searchParams);
  const report = useQuery({
    queryKey: ['vouchers.report', day, siteCode ?? null],
    queryFn: () => api.vouchers.report.mutate({ day, siteCode }),
    // Looking is audited: one look, one event.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const back = <Link href="/admin/vouchers">返回</Link>;
  if (report.error && toProblem(report.error).kind === 'refused') {
    return (
      <PageMessage>
        <p role="alert">{toProblem(report.error).message}</p>
        {back}
      </PageMessage>
    );
  }
  if (!report.data) return <PageMessage error={report.error}>正在打开日报…</PageMessage>;
  return (
    <main className={styles.page}>
      <div className={`screen-only ${styles.tools}`}>
        {back}
        <button type="button" onClick={() => window.print()}>
          打印日报
        </button>
      </div>
      <ReportPaper report={report.data} />
    </main>
  );
}

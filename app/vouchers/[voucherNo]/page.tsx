'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { use, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Voucher } from '../../../server/vouchers/schema.ts';
import { api, toProblem } from '../../ui/api.ts';
import { PageMessage } from '../../ui/page-message.tsx';
import { useIdleEnd } from '../../ui/use-idle-end.ts';
import { useMe } from '../../ui/use-me.ts';
import { VoucherPaper } from './paper.tsx';
import styles from './voucher.module.css';

/** A voucher by its number: on the screen, and as paper when it may be printed. */
export default function VoucherPage({ params }: { params: Promise<{ voucherNo: string }> }) {
  const { voucherNo } = use(params);
  const { data: me, error: noMe } = useMe();
  useIdleEnd();
  const opened = useQuery({
    queryKey: ['vouchers.open', voucherNo],
    queryFn: () => api.vouchers.open.mutate({ voucherNo }),
    enabled: me !== undefined,
    // Opening is audited: one look, one event.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const [reprinted, setReprinted] = useState<Voucher | null>(null);
  const [refused, setRefused] = useState<string | null>(null);

  async function print() {
    setRefused(null);
    try {
      const voucher = await api.vouchers.reprint.mutate({ voucherNo });
      flushSync(() => setReprinted(voucher));
      window.print();
    } catch (error) {
      setRefused(toProblem(error).message);
    }
  }

  const home = me?.role === 'nurse' ? '/scan' : '/admin/vouchers';
  const error = noMe ?? opened.error;
  if (error && toProblem(error).kind === 'refused') {
    return (
      <PageMessage>
        <p role="alert">{toProblem(error).message}</p>
        <Link href={home}>返回</Link>
      </PageMessage>
    );
  }
  if (!opened.data) return <PageMessage error={error}>正在打开凭证…</PageMessage>;
  if (!opened.data.printable) {
    return (
      <div className="screen-only">
        <PageMessage>
          <p role="alert">{opened.data.reason}</p>
          <p>凭证号 {opened.data.voucherNo}</p>
          <Link href={home}>返回</Link>
        </PageMessage>
      </div>
    );
  }
  return (
    <main className={styles.page}>
      <div className={`screen-only ${styles.tools}`}>
        <Link href={home}>返回</Link>
        {refused && <strong role="alert">{refused}</strong>}
        <button type="button" onClick={() => void print()}>
          补打凭证
        </button>
      </div>
      <VoucherPaper voucher={reprinted ?? opened.data.voucher} />
    </main>
  );
}

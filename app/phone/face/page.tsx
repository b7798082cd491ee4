'use client';

import { useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { api, isPassing, type Problem, toProblem } from '../../ui/api.ts';
import { PageMessage } from '../../ui/page-message.tsx';
import styles from '../phone.module.css';
import { PHONE } from '../use-phone.ts';

const ASK_EVERY_MS = 2_000;

/** Back from the gateway's page, in whichever tab: what became of the face that this phone began. */
export default function FacePage() {
  const router = useRouter();
  const queries = useQueryClient();
  const [problem, setProblem] = useState<Problem | null>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let here = true;
    async function ask() {
      try {
        const answer = await api.phone.finishFace.mutate();
        if (!here) return;
        if (answer.outcome === 'face') {
          timer = setTimeout(ask, ASK_EVERY_MS);
          return;
        }
        await queries.invalidateQueries({ queryKey: PHONE });
        router.replace(`/phone/code/${answer.memberId}`);
      } catch (error) {
        if (!here) return;
        // The line comes back; what was shown to the gateway is not shown twice.
        if (isPassing(error)) timer = setTimeout(ask, ASK_EVERY_MS);
        else setProblem(toProblem(error));
      }
    }
    void ask();
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [router, queries]);

  if (!problem) return <PageMessage>正在确认面部识别的结果…</PageMessage>;
  return (
    <main className={styles.main}>
      <h1>面部识别</h1>
      <p className={styles.fault} role="alert">
        {problem.message}
      </p>
      <Link className={styles.primary} href="/phone">
        返回
      </Link>
    </main>
  );
}

'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import styles from '../ui/card-form.module.css';
import { PageMessage } from '../ui/page-message.tsx';
import { type Account, useAccount } from '../ui/use-account.ts';
import { useSignOut } from '../ui/use-me.ts';

interface Props {
  title: string;
  /** To be read after the person's name. */
  why: string;
  /** @param onDone leads on to the console */
  children(account: Account, onDone: () => void): ReactNode;
}

/** What must be done at a sign-in before anything else. */
export function Hurdle({ title, why, children }: Props) {
  const router = useRouter();
  const queries = useQueryClient();
  const signOut = useSignOut();
  const { data: account, error } = useAccount();
  if (!account) return <PageMessage error={error}>正在打开…</PageMessage>;
  const onDone = () => {
    queries.clear();
    router.replace('/');
  };
  return (
    <main className={styles.page}>
      <div className={styles.stack}>
        <h1>{title}</h1>
        <p className={styles.quiet}>
          {account.name},{why}
        </p>
        {children(account, onDone)}
        <button type="button" className={styles.leave} onClick={() => void signOut()}>
          退出登录
        </button>
      </div>
    </main>
  );
}

'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import styles from '../../ui/card-form.module.css';
import { EnrolTotp } from '../../ui/enrol-totp.tsx';
import { PageMessage } from '../../ui/page-message.tsx';
import { useAccount } from '../../ui/use-account.ts';
import { useSignOut } from '../../ui/use-me.ts';

/** A sign-in of a role that needs a second factor, and has none yet. */
export default function FirstCodePage() {
  const router = useRouter();
  const queries = useQueryClient();
  const signOut = useSignOut();
  const { data: account, error } = useAccount();
  if (!account) return <PageMessage error={error}>正在打开…</PageMessage>;
  return (
    <main className={styles.page}>
      <div className={styles.stack}>
        <h1>请启用两步验证</h1>
        <p className={styles.quiet}>{account.name},您的角色须启用两步验证后才能继续使用。</p>
        <EnrolTotp
          onDone={() => {
            queries.clear();
            router.replace('/');
          }}
        />
        <button type="button" className={styles.leave} onClick={() => void signOut()}>
          退出登录
        </button>
      </div>
    </main>
  );
}

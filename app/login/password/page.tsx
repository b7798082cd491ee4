'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import styles from '../../ui/card-form.module.css';
import { ChangePassword } from '../../ui/change-password.tsx';
import { PageMessage } from '../../ui/page-message.tsx';
import { useAccount } from '../../ui/use-account.ts';
import { useSignOut } from '../../ui/use-me.ts';

/** The first sign-in with a password that somebody else has seen. */
export default function FirstPasswordPage() {
  const router = useRouter();
  const queries = useQueryClient();
  const signOut = useSignOut();
  const { data: account, error } = useAccount();
  if (!account) return <PageMessage error={error}>正在打开…</PageMessage>;
  return (
    <main className={styles.page}>
      <div className={styles.stack}>
        <h1>首次登录,请修改密码</h1>
        <p className={styles.quiet}>{account.name},当前密码由他人设置。修改后才能继续使用。</p>
        <ChangePassword
          username={account.username}
          minLength={account.passwordLength}
          title="设置自己的密码"
          currentLabel="当前密码"
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

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { ROLE_NAMES } from '../../server/staff/schema.ts';
import { api, toProblem } from '../ui/api.ts';
import form from '../ui/card-form.module.css';
import { ChangePassword } from '../ui/change-password.tsx';
import { PageMessage } from '../ui/page-message.tsx';
import { useAccount } from '../ui/use-account.ts';
import { useIdleEnd } from '../ui/use-idle-end.ts';
import { useLeave, useMe } from '../ui/use-me.ts';
import styles from './account.module.css';
import { PinForm } from './pin-form.tsx';
import { TwoFactor } from './two-factor.tsx';

/** One's own account: password, PIN, second factor, sessions. */
export default function AccountPage() {
  const me = useMe();
  useIdleEnd();
  const queries = useQueryClient();
  const { data: account, error } = useAccount();
  const [changed, setChanged] = useState(false);
  if (!me.data || !account) return <PageMessage error={me.error ?? error}>正在打开…</PageMessage>;
  const { role, name, username } = account;
  return (
    <main className={styles.page}>
      <header className={styles.head}>
        <Link href={role === 'nurse' ? '/scan' : '/admin'} className={styles.back}>
          ‹ {role === 'nurse' ? '返回扫码' : '返回首页'}
        </Link>
        <h1>我的账号</h1>
        <p>
          {name}({username}) · {ROLE_NAMES[role]}
          {me.data.siteName && ` · ${me.data.siteName}`}
        </p>
      </header>
      {account.pin !== null && (
        <PinForm isSet={account.pin} onDone={() => void queries.invalidateQueries({ queryKey: ['account.state'] })} />
      )}
      {account.totp && (
        <TwoFactor
          {...account.totp}
          onDone={() => {
            void queries.invalidateQueries({ queryKey: ['account.state'] });
            void queries.invalidateQueries({ queryKey: ['staff.me'] });
          }}
        />
      )}
      <div>
        <ChangePassword
          username={username}
          minLength={account.passwordLength}
          title="修改密码"
          currentLabel="当前密码"
          onDone={() => setChanged(true)}
        />
        <p className={styles.changed} role="status">
          {changed && '密码已修改,其他设备已退出登录'}
        </p>
      </div>
      <EndSessions />
    </main>
  );
}

/** Signs out everywhere, here too, in two taps. */
function EndSessions() {
  const leave = useLeave();
  const [asked, setAsked] = useState(false);
  const ending = useMutation({
    mutationFn: () => api.account.endSessions.mutate(),
    onSuccess: () => {
      leave();
    },
  });
  return (
    <section className={form.card}>
      <h2>登录状态</h2>
      <p className={form.quiet}>平板遗失或密码可能泄露时,让本账号在所有设备(包括本设备)上立即退出登录。</p>
      <p className={form.error} role="alert">
        {ending.error && toProblem(ending.error).message}
      </p>
      <button
        type="button"
        className={form.danger}
        disabled={ending.isPending}
        onClick={() => (asked ? ending.mutate() : setAsked(true))}
      >
        {asked ? '确认在所有设备上退出登录' : '在所有设备上退出登录'}
      </button>
    </section>
  );
}

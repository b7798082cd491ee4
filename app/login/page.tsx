'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, useEffect, useState } from 'react';
import { HURDLE_PAGES } from '../ui/api.ts';
import styles from '../ui/card-form.module.css';
import { markTouched } from '../ui/touched.ts';
import { arrive } from '../ui/use-me.ts';

/** Why somebody is here who was signed in, by `?why=`. */
const REASONS: Record<string, string> = {
  tries: '连续输错 5 次,请用密码重新登录',
  idle: '长时间未操作,已自动退出登录',
};

export default function LoginPage() {
  const router = useRouter();
  const queries = useQueryClient();
  const [error, setError] = useState<string | null>(null);
  const [step, setStep] = useState<'password' | 'code'>('password');
  // Disabled until the page runs: a form sent by the browser alone would show nothing.
  const [ready, setReady] = useState(false);
  useEffect(() => {
    arrive();
    setReady(true);
    setError(REASONS[new URLSearchParams(window.location.search).get('why') ?? ''] ?? null);
  }, []);

  async function send(door: 'username' | 'code', body: object) {
    setReady(false);
    setError(null);
    try {
      const response = await fetch(`/api/auth/sign-in/${door}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const answer = await response.json();
      if (response.ok && !answer.codeAsked) {
        queries.clear();
        markTouched();
        router.replace(HURDLE_PAGES[answer.hurdle] ?? (answer.role === 'nurse' ? '/scan' : '/admin'));
        return;
      }
      // Whoever gave too many wrong codes, or took too long, begins anew.
      if (response.ok) setStep('code');
      else if (answer.code !== 'WRONG_CODE' && answer.code !== 'BAD_INPUT') setStep('password');
      setError(answer.message ?? null);
    } catch {
      setError('网络已断开,请检查网络后重试');
    }
    setReady(true);
  }

  function signIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (step === 'code') return void send('code', { code: form.get('code') });
    void send('username', { username: form.get('username'), password: form.get('password') });
  }

  return (
    <main className={styles.page}>
      <form className={styles.card} method="post" onSubmit={signIn}>
        {/* biome-ignore lint/performance/noImgElement: a vector of one kilobyte needs no optimiser */}
        <img src="/icon.svg" alt="" width={56} height={56} />
        <h1>疫苗接种核验台</h1>
        {step === 'code' ? (
          <>
            <p className={styles.quiet}>请填写身份验证器应用显示的 6 位验证码;手机不在身边时,填写一个备用码。</p>
            <label key="code" className={styles.code}>
              验证码
              {/* biome-ignore lint/a11y/noAutofocus: it takes the place of the field that was just filled in */}
              <input name="code" autoComplete="one-time-code" autoCapitalize="none" maxLength={16} required autoFocus />
            </label>
          </>
        ) : (
          <>
            <label>
              用户名
              <input
                name="username"
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                maxLength={64}
                required
              />
            </label>
            <label>
              密码
              <input name="password" type="password" autoComplete="current-password" maxLength={128} required />
            </label>
          </>
        )}
        <p className={styles.error} role="alert">
          {error}
        </p>
        <button type="submit" disabled={!ready}>
          {step === 'code' ? '继续' : '登录'}
        </button>
        {step === 'code' && (
          <button
            type="button"
            className={styles.link}
            onClick={() => {
              setError(null);
              setStep('password');
            }}
          >
            返回
          </button>
        )}
      </form>
    </main>
  );
}

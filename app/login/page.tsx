'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, useEffect, useState } from 'react';
import styles from './login.module.css';

export default function LoginPage() {
  const router = useRouter();
  const queries = useQueryClient();
  const [error, setError] = useState<string | null>(null);
  // Disabled until the page runs: a form sent by the browser alone would show nothing.
  const [ready, setReady] = useState(false);
  useEffect(() => setReady(true), []);

  async function signIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setReady(false);
    setError(null);
    try {
      const response = await fetch('/api/auth/sign-in/username', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: form.get('username'), password: form.get('password') }),
      });
      const answer = await response.json();
      if (response.ok) {
        queries.clear();
        router.replace(answer.role === 'nurse' ? '/scan' : '/admin');
        return;
      }
      setError(answer.message);
    } catch {
      setError('网络已断开,请检查网络后重试');
    }
    setReady(true);
  }

  return (
    <main className={styles.page}>
      <form className={styles.card} method="post" onSubmit={signIn}>
        {/* biome-ignore lint/performance/noImgElement: a vector of one kilobyte needs no optimiser */}
        <img src="/icon.svg" alt="" width={56} height={56} />
        <h1>疫苗接种核验台</h1>
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
        <p className={styles.error} role="alert">
          {error}
        </p>
        <button type="submit" disabled={!ready}>
          登录
        </button>
      </form>
    </main>
  );
}

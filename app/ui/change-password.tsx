'use client';

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, toProblem } from './api.ts';
import styles from './card-form.module.css';

interface Props {
  username: string;
  /** In characters. */
  minLength: number;
  title: string;
  /** What the password of now is called. */
  currentLabel: string;
  onDone: () => void;
}

/** Asks for the password of now and another one, twice. The server judges it. */
export function ChangePassword({ username, minLength, title, currentLabel, onDone }: Props) {
  const [differs, setDiffers] = useState(false);
  const sending = useMutation({
    mutationFn: (input: { password: string; newPassword: string }) => api.account.changePassword.mutate(input),
    onSuccess: onDone,
    gcTime: 0,
  });

  function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const text = (name: string) => String(new FormData(form).get(name) ?? '');
    sending.reset();
    setDiffers(text('newPassword') !== text('again'));
    if (text('newPassword') !== text('again')) return;
    const input = { password: text('password'), newPassword: text('newPassword') };
    sending.mutate(input, { onSuccess: () => form.reset() });
  }

  return (
    <form className={styles.card} method="post" onSubmit={send}>
      <h2>{title}</h2>
      <ul>
        <li>至少 {minLength} 个字符</li>
        <li>包含大写字母、小写字母、数字、符号中的至少三种</li>
        <li>不能包含用户名,不能是常见密码</li>
      </ul>
      {/* For password managers, which keep both together. */}
      <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
      <label>
        {currentLabel}
        <input name="password" type="password" autoComplete="current-password" maxLength={128} required />
      </label>
      <label>
        新密码
        <input name="newPassword" type="password" autoComplete="new-password" maxLength={128} required />
      </label>
      <label>
        再次输入新密码
        <input name="again" type="password" autoComplete="new-password" maxLength={128} required />
      </label>
      <p className={styles.error} role="alert">
        {differs ? '两次输入的新密码不一致' : sending.error && toProblem(sending.error).message}
      </p>
      <button type="submit" disabled={sending.isPending}>
        修改密码
      </button>
    </form>
  );
}

'use client';

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, toProblem } from './api.ts';
import styles from './card-form.module.css';
import { QrCode } from './qr-code.tsx';

type Step = { at: 'password' } | { at: 'code'; uri: string; backupCodes: string[] } | { at: 'codes'; codes: string[] };

const textOf = (event: FormEvent<HTMLFormElement>, name: string) =>
  String(new FormData(event.currentTarget).get(name) ?? '');

/** Sets up the second factor: the password, the QR code and a code of the app, the backup codes. */
export function EnrolTotp({ onDone }: { onDone: () => void }) {
  const [step, setStep] = useState<Step>({ at: 'password' });
  const beginning = useMutation({
    mutationFn: (password: string) => api.account.enrolTotp.mutate({ password }),
    onSuccess: (made) => setStep({ at: 'code', ...made }),
    gcTime: 0,
  });
  const confirming = useMutation({
    mutationFn: ({ code }: { code: string; codes: string[] }) => api.account.confirmTotp.mutate({ code }),
    onSuccess: (_, { codes }) => setStep({ at: 'codes', codes }),
    gcTime: 0,
  });

  if (step.at === 'codes') {
    return (
      <section className={styles.card}>
        <h2>请保存备用码</h2>
        <p className={styles.quiet}>手机不在身边时,用备用码代替验证码登录,每个只能用一次。备用码只显示这一次。</p>
        <div className={styles.codes}>
          {step.codes.map((code) => (
            <span key={code}>{code}</span>
          ))}
        </div>
        <button type="button" onClick={onDone}>
          我已妥善保存
        </button>
      </section>
    );
  }
  if (step.at === 'code') {
    const secret = new URL(step.uri).searchParams.get('secret') ?? '';
    return (
      <form
        className={styles.card}
        method="post"
        onSubmit={(event) => {
          event.preventDefault();
          confirming.mutate({ code: textOf(event, 'code'), codes: step.backupCodes });
        }}
      >
        <h2>扫描二维码</h2>
        <p className={styles.quiet}>用手机上的身份验证器应用扫描,再填写它显示的 6 位验证码。</p>
        <div className={styles.qr}>
          <QrCode text={step.uri} label="两步验证的二维码" />
        </div>
        <p className={styles.quiet}>不能扫描时,请手工输入密钥:</p>
        <p className={styles.secret}>{secret.match(/.{1,4}/g)?.join(' ')}</p>
        <label className={styles.code}>
          验证码
          <input name="code" inputMode="numeric" autoComplete="one-time-code" maxLength={7} required />
        </label>
        <p className={styles.error} role="alert">
          {confirming.error && toProblem(confirming.error).message}
        </p>
        <button type="submit" disabled={confirming.isPending}>
          启用两步验证
        </button>
      </form>
    );
  }
  return (
    <form
      className={styles.card}
      method="post"
      onSubmit={(event) => {
        event.preventDefault();
        beginning.mutate(textOf(event, 'password'));
      }}
    >
      <h2>启用两步验证</h2>
      <p className={styles.quiet}>启用后,登录时除密码外还须填写手机上身份验证器应用显示的验证码。请先准备好该应用。</p>
      <label>
        密码
        <input name="password" type="password" autoComplete="current-password" maxLength={128} required />
      </label>
      <p className={styles.error} role="alert">
        {beginning.error && toProblem(beginning.error).message}
      </p>
      <button type="submit" disabled={beginning.isPending}>
        获取二维码
      </button>
    </form>
  );
}

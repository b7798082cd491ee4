'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { PIN_DIGITS, type UnlockInput } from '../../server/account/schema.ts';
import { api, isPassing, toProblem } from '../ui/api.ts';
import cardStyles from '../ui/card-form.module.css';
import { markTouched } from '../ui/touched.ts';
import { useLeave, useSignOut, useWayOut } from '../ui/use-me.ts';
import styles from './lock-screen.module.css';
import { PinPad } from './pin-pad.tsx';
import { keepScannerOut } from './scanner/hands.ts';

/** How long a broken line is waited for before the lock is told to the server again. */
const RETRY_MS = 3_000;
const SCANNER = '屏幕已锁定,扫码枪的输入已忽略';

/** In place of the scan page: nothing of a resident, until the nurse's PIN or password. */
export function LockScreen({ onUnlocked }: { onUnlocked: () => void }) {
  const leave = useLeave();
  const signOut = useSignOut();
  const [byPassword, setByPassword] = useState(false);
  const [notice, setNotice] = useState<string | null>(null);
  const locked = useQuery({
    queryKey: ['account.lock'],
    // The tablet may have covered itself while it had no network: the server is told first.
    queryFn: async () => {
      await api.account.lock.mutate();
      return api.account.state.query();
    },
    retry: (_, error) => isPassing(error),
    retryDelay: RETRY_MS,
    gcTime: 0,
  });
  useWayOut(locked.error);
  const unlocking = useMutation({
    mutationFn: (input: UnlockInput) => api.account.unlock.mutate(input),
    onSuccess: () => {
      markTouched();
      onUnlocked();
    },
    onError: (error) => {
      const { code, kind } = toProblem(error);
      if (code !== 'TOO_MANY_TRIES' && kind !== 'signed-out') return;
      leave('tries');
    },
    gcTime: 0,
  });
  const send = (input: UnlockInput) => {
    setNotice(null);
    unlocking.mutate(input);
  };
  const ignored = () => {
    unlocking.reset();
    setNotice(SCANNER);
  };

  const account = locked.data;
  const pin = account?.pin === true && !byPassword;
  const wrong = unlocking.error && toProblem(unlocking.error).message;
  return (
    <main className={styles.page}>
      <section className={styles.card}>
        <h1>屏幕已锁定</h1>
        {!account && (
          <p role="status">
            {locked.error && toProblem(locked.error).message}
            {locked.isPending && (locked.failureCount > 0 ? '网络已断开,恢复后即可解锁' : '正在锁定…')}
          </p>
        )}
        {account && (
          <p>
            <strong>{account.name}</strong>,请{pin ? `输入 ${PIN_DIGITS} 位 PIN ` : '输入密码'}解锁
          </p>
        )}
        {account && pin && (
          <PinPad busy={unlocking.isPending} onPin={(typed) => send({ pin: typed })} onScanner={ignored} />
        )}
        {account && !pin && (
          <PasswordForm offersPin={!account.pin} busy={unlocking.isPending} send={send} onScanner={ignored} />
        )}
        <p className={styles.error} role="alert">
          {notice ?? wrong}
        </p>
        <div className={styles.ways}>
          {account?.pin && (
            <button
              type="button"
              onClick={() => {
                unlocking.reset();
                setByPassword(pin);
              }}
            >
              {pin ? '用密码解锁' : '用 PIN 解锁'}
            </button>
          )}
          <button type="button" onClick={() => void signOut()}>
            退出登录
          </button>
        </div>
      </section>
    </main>
  );
}

interface FormProps {
  /** Without a PIN one can be set for the next time. */
  offersPin: boolean;
  busy: boolean;
  send: (input: UnlockInput) => void;
  onScanner: () => void;
}

function PasswordForm({ offersPin, busy, send, onScanner }: FormProps) {
  const report = useRef(onScanner);
  report.current = onScanner;
  useEffect(() => keepScannerOut(() => report.current()), []);

  function unlock(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const newPin = String(form.get('newPin') ?? '');
    send({ password: String(form.get('password') ?? ''), ...(newPin ? { newPin } : {}) });
  }

  return (
    <form className={`${styles.form} ${cardStyles.fields}`} method="post" onSubmit={unlock}>
      <label>
        密码
        <input name="password" type="password" autoComplete="current-password" maxLength={128} required />
      </label>
      {offersPin && (
        <label>
          设置 {PIN_DIGITS} 位 PIN,下次用它解锁(可不填)
          <input
            name="newPin"
            type="password"
            inputMode="numeric"
            autoComplete="off"
            pattern="\d{6}"
            maxLength={PIN_DIGITS}
            title={`${PIN_DIGITS} 位数字`}
          />
        </label>
      )}
      <button type="submit" disabled={busy}>
        解锁
      </button>
    </form>
  );
}

'use client';

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { isTrivialPin, PIN_DIGITS } from '../../server/account/schema.ts';
import { api, toProblem } from '../ui/api.ts';
import form from '../ui/card-form.module.css';

/** Sets the PIN that unlocks the tablet. */
export function PinForm({ isSet, onDone }: { isSet: boolean; onDone: () => void }) {
  const [problem, setProblem] = useState<string | null>(null);
  const sending = useMutation({
    mutationFn: (input: { password: string; pin: string }) => api.account.setPin.mutate(input),
    onSuccess: onDone,
    gcTime: 0,
  });

  function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const element = event.currentTarget;
    const text = (name: string) => String(new FormData(element).get(name) ?? '');
    const [pin, again] = [text('pin'), text('again')];
    const wrong = !/^\d{6}$/.test(pin)
      ? `PIN 为 ${PIN_DIGITS} 位数字`
      : pin !== again
        ? '两次输入的 PIN 不一致'
        : isTrivialPin(pin)
          ? 'PIN 过于简单,请勿使用重复或连续的数字'
          : null;
    sending.reset();
    setProblem(wrong);
    if (!wrong) sending.mutate({ password: text('password'), pin }, { onSuccess: () => element.reset() });
  }

  const digits = { type: 'password', inputMode: 'numeric', autoComplete: 'off', maxLength: PIN_DIGITS } as const;
  return (
    <form className={form.card} method="post" onSubmit={send}>
      <h2>锁屏 PIN</h2>
      <p className={form.quiet}>
        {isSet ? '已设置。平板锁屏后输入 PIN 即可解锁。' : '尚未设置,锁屏后须输入密码才能解锁。'}
        连续输错 5 次须重新登录。
      </p>
      <label>
        {isSet ? '新 PIN' : 'PIN'}({PIN_DIGITS} 位数字)
        <input name="pin" {...digits} required />
      </label>
      <label>
        再次输入 PIN
        <input name="again" {...digits} required />
      </label>
      <label>
        登录密码
        <input name="password" type="password" autoComplete="current-password" maxLength={128} required />
      </label>
      <p className={form.error} role="alert">
        {problem ?? (sending.error && toProblem(sending.error).message)}
      </p>
      <p className={form.done} role="status">
        {sending.isSuccess && 'PIN 已保存'}
      </p>
      <button type="submit" disabled={sending.isPending}>
        {isSet ? '更换 PIN' : '设置 PIN'}
      </button>
    </form>
  );
}

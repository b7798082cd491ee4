'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, toProblem } from '../ui/api.ts';
import form from '../ui/card-form.module.css';
import { EnrolTotp } from '../ui/enrol-totp.tsx';

interface Props {
  enabled: boolean;
  required: boolean;
  onDone: () => void;
}

/** The second factor: set up, or given up. */
export function TwoFactor({ enabled, required, onDone }: Props) {
  // Its last step, the backup codes, comes after it was enabled.
  const [enrolling, setEnrolling] = useState(!enabled);
  const dropping = useMutation({
    mutationFn: (password: string) => api.account.dropTotp.mutate({ password }),
    onSuccess: () => {
      setEnrolling(true);
      onDone();
    },
    gcTime: 0,
  });
  if (enrolling) {
    return (
      <EnrolTotp
        onDone={() => {
          setEnrolling(false);
          onDone();
        }}
      />
    );
  }
  return (
    <form
      className={form.card}
      method="post"
      onSubmit={(event) => {
        event.preventDefault();
        dropping.mutate(String(new FormData(event.currentTarget).get('password') ?? ''));
      }}
    >
      <h2>两步验证</h2>
      <p className={form.quiet}>
        已启用。更换手机时先停用,再用新手机启用{required ? ';您的角色停用后须立即重新启用' : ''}。
      </p>
      <label>
        密码
        <input name="password" type="password" autoComplete="current-password" maxLength={128} required />
      </label>
      <p className={form.error} role="alert">
        {dropping.error && toProblem(dropping.error).message}
      </p>
      <button type="submit" className={form.danger} disabled={dropping.isPending}>
        停用两步验证
      </button>
    </form>
  );
}

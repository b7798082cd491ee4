'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, type ReactNode, useState } from 'react';
import { flushSync } from 'react-dom';
import { api, toProblem } from '../../../ui/api.ts';
import { QrCode } from '../../../ui/qr-code.tsx';
import { Field } from '../../field.tsx';
import styles from '../../phone.module.css';
import { type Member, PHONE } from '../../use-phone.ts';

/** What is seldom wanted: a code on paper, another phone number, the end of the consent. */
export function More(props: { member: Member; canChangePhone: boolean; guards: boolean }) {
  const { member, canChangePhone, guards } = props;
  return (
    <details className={styles.more}>
      <summary>更多</summary>
      {member.speaks && <Print memberId={member.memberId} />}
      {canChangePhone && <ChangePhone member={member} />}
      {member.speaks ? <Withdraw member={member} guards={guards} /> : <Leave member={member} />}
    </details>
  );
}

function Print({ memberId }: { memberId: number }) {
  const [paper, setPaper] = useState<{ text: string; name: string } | null>(null);
  const print = useMutation({
    mutationFn: () => api.phone.staticCode.mutate({ memberId }),
    onSuccess(answer) {
      // On paper before the dialog opens: print() takes the page as it stands.
      flushSync(() => setPaper(answer));
      window.print();
    },
  });
  return (
    <section>
      <h2>打印静态码</h2>
      <p>给没有手机的家人:打印在纸上,长期有效。请像证件一样保管,部分接种单位只接受动态码。</p>
      <button type="button" onClick={() => print.mutate()} disabled={print.isPending}>
        打印
      </button>
      <Fault error={print.error} />
      {paper && (
        <div className={`print-only ${styles.paper}`}>
          <h2>电子健康码</h2>
          <p>{paper.name}</p>
          <QrCode text={paper.text} label="静态电子健康码" />
          <p>接种时向工作人员出示</p>
        </div>
      )}
    </section>
  );
}

function ChangePhone({ member }: { member: Member }) {
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (phone: string) => api.phone.changePhone.mutate({ memberId: member.memberId, phone }),
    onSuccess: () => queries.invalidateQueries({ queryKey: PHONE }),
  });
  const problem = change.error ? toProblem(change.error) : null;
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    change.mutate(String(new FormData(event.currentTarget).get('phone')));
  }
  return (
    <section>
      <h2>更换手机号</h2>
      {member.phone && <p>现在的手机号:{member.phone}</p>}
      <form onSubmit={submit} noValidate>
        <Field label="新手机号" fault={problem?.message ?? null}>
          {(given) => (
            <input {...given} name="phone" type="tel" inputMode="numeric" autoComplete="tel" maxLength={11} />
          )}
        </Field>
        <button type="submit" disabled={change.isPending}>
          更换
        </button>
        {change.isSuccess && <p role="status">手机号已更换</p>}
      </form>
    </section>
  );
}

function Withdraw({ member, guards }: { member: Member; guards: boolean }) {
  return (
    <Ending member={member} title="撤回同意" confirm="确认撤回并删除" keep="不撤回">
      撤回后删除{member.name}的认证信息,健康码不能再用于接种;以后可重新认证。
      {guards && '由本人作为监护人办理的子女一并撤回。'}
    </Ending>
  );
}

/** Of somebody whose consent another phone holds. */
function Leave({ member }: { member: Member }) {
  return (
    <Ending member={member} title="从本机移除" confirm="确认移除" keep="不移除">
      {member.name}已在其他手机上办理,本机只能出示动态码、从本机移除。
      {member.isChild
        ? '打印静态码、撤回同意请在首位监护人的手机上办理。'
        : '打印静态码、撤回同意请在那部手机上办理,或在本机用手机号重新认证。'}
    </Ending>
  );
}

interface EndingProps {
  member: Member;
  title: string;
  confirm: string;
  keep: string;
  children: ReactNode;
}

function Ending({ member, title, confirm, keep, children }: EndingProps) {
  const router = useRouter();
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const withdraw = useMutation({
    mutationFn: () => api.phone.withdraw.mutate({ memberId: member.memberId }),
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: PHONE });
      router.replace('/phone');
    },
  });
  return (
    <section>
      <h2>{title}</h2>
      <p>{children}</p>
      {asked ? (
        <div className={styles.confirm}>
          <button
            type="button"
            className={styles.danger}
            onClick={() => withdraw.mutate()}
            disabled={withdraw.isPending}
          >
            {confirm}
          </button>
          <button type="button" onClick={() => setAsked(false)}>
            {keep}
          </button>
        </div>
      ) : (
        <button type="button" onClick={() => setAsked(true)}>
          {title}
        </button>
      )}
      <Fault error={withdraw.error} />
    </section>
  );
}

function Fault({ error }: { error: unknown }) {
  return error ? (
    <p className={styles.fault} role="alert">
      {toProblem(error).message}
    </p>
  ) : null;
}

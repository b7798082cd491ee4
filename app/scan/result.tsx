'use client';

import type { ReactNode } from 'react';
import styles from './result.module.css';
import { type Busy, type View, wordsFor } from './use-scan.ts';

interface Actions {
  busy: Busy | null;
  confirm(): void;
  reveal(): void;
  back(): void;
}

/** The result, over the whole screen: colour, icon and words say the same thing. */
export function Result({ view, ...actions }: { view: View } & Actions) {
  switch (view.at) {
    case 'scanning':
      return null;
    case 'looking':
      return (
        <Screen tone="quiet" icon={null}>
          <p className={styles.title} role="status">
            正在查询…
          </p>
        </Screen>
      );
    case 'not-authenticated':
      return (
        <Screen tone="stop" icon="✕">
          <p className={styles.title} role="alert">
            该用户未进行实名认证
          </p>
          {!view.known && <p className={styles.detail}>省平台没有该健康码的认证记录</p>}
          <Back onTap={actions.back} />
        </Screen>
      );
    case 'notice':
      return (
        <Screen tone="warn" icon="!">
          <p className={styles.title} role="alert">
            {view.title}
          </p>
          {view.detail && <p className={styles.detail}>{view.detail}</p>}
          <Back onTap={actions.back} />
        </Screen>
      );
    case 'resident':
      return <Resident view={view} {...actions} />;
  }
}

function Resident({ view, busy, confirm, reveal, back }: { view: View & { at: 'resident' } } & Actions) {
  const { resident, printed, idcode, problem } = view;
  const trouble = problem && wordsFor(problem);
  return (
    <Screen tone={printed ? 'warn' : 'ok'} icon={printed ? '!' : '✓'} wide>
      <p className={styles.heading} role="status">
        {printed ? `已实名认证 · 今日已打印 ${printed.printCount} 次` : '已实名认证'}
      </p>
      <div className={styles.card}>
        <p className={styles.name}>{resident.name}</p>
        <dl className={styles.facts}>
          <Fact term="性别">{resident.sex}</Fact>
          <Fact term="年龄">{resident.age}</Fact>
          <Fact term="出生日期">{resident.birthday}</Fact>
          <Fact term="证件类型">{resident.idCardType}</Fact>
          <Fact term="证件号码">
            <span className={styles.number}>{idcode ?? resident.idcode}</span>
            {idcode === null && (
              <button type="button" className={styles.reveal} onClick={reveal} disabled={busy !== null}>
                显示全部
              </button>
            )}
          </Fact>
          <Fact term="手机号">
            <span className={styles.number}>{resident.phone}</span>
          </Fact>
          {resident.guardian && <Fact term="监护人">{resident.guardian}</Fact>}
          {resident.nationality && <Fact term="国籍">{resident.nationality}</Fact>}
          {resident.authenticationMethods && <Fact term="认证方式">{resident.authenticationMethods}</Fact>}
        </dl>
        {printed && <p className={styles.note}>再次打印会在凭证上标明“补打”。</p>}
        {trouble && (
          <p className={styles.trouble} role="alert">
            {trouble.title} {trouble.detail}
          </p>
        )}
        <div className={styles.actions}>
          <button type="button" className={styles.confirm} onClick={confirm} disabled={busy !== null}>
            {busy === 'printing' ? '正在打印…' : '核验无误,打印凭证'}
          </button>
          <button type="button" className={styles.cancel} onClick={back} disabled={busy !== null}>
            信息不符,返回扫码
          </button>
        </div>
      </div>
    </Screen>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Its area is the whole screen: a tap anywhere goes back to scanning. */
function Back({ onTap }: { onTap: () => void }) {
  return (
    <button type="button" className={styles.back} onClick={onTap}>
      点按屏幕继续扫码
    </button>
  );
}

type Tone = 'ok' | 'stop' | 'warn' | 'quiet';

function Screen({
  tone,
  icon,
  wide,
  children,
}: {
  tone: Tone;
  icon: string | null;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <section className={`${styles.screen} ${styles[tone]} ${wide ? styles.wide : ''}`}>
      {icon && (
        <span className={styles.icon} aria-hidden="true">
          {icon}
        </span>
      )}
      {children}
    </section>
  );
}

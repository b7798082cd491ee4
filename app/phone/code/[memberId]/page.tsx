'use client';

import Link from 'next/link';
import { useParams } from 'next/navigation';
import { RELATIONS } from '../../../../server/city/schema.ts';
import { PageMessage } from '../../../ui/page-message.tsx';
import { QrCode } from '../../../ui/qr-code.tsx';
import styles from '../../phone.module.css';
import { type Member, usePhone } from '../../use-phone.ts';
import { More } from './more.tsx';
import { useCode } from './use-code.ts';
import { useWakeLock } from './use-wake-lock.ts';

/** 码面: the code as large and bright as the phone can show it. */
export default function CodePage() {
  const { memberId } = useParams<{ memberId: string }>();
  const { data: phone, error } = usePhone();
  if (!phone) return <PageMessage error={error}>正在打开…</PageMessage>;
  const member = phone.members.find((one) => String(one.memberId) === memberId);
  // Whoever is not authenticated is shown no code.
  if (!member) {
    return (
      <main className={styles.main}>
        <h1>接种健康码</h1>
        <p>请先完成实名认证,认证后才能出示健康码。</p>
        <Link className={styles.primary} href="/phone">
          去认证
        </Link>
      </main>
    );
  }
  if (member.mustConsent) {
    return (
      <main className={styles.main}>
        <Link className={styles.back} href="/phone">
          返回
        </Link>
        <h1>{member.name}</h1>
        <p>个人信息处理告知书已更新,请重新阅读并认证,之后即可出示健康码。</p>
        <Link className={styles.primary} href={`/phone/authenticate/${member.relation}`}>
          去认证
        </Link>
      </main>
    );
  }
  const guards = member.relation === 'self' && phone.members.some(({ isChild }) => isChild);
  const canChangePhone = phone.methods.includes('2') && !member.isChild;
  return <Face member={member} canChangePhone={canChangePhone} guards={guards} />;
}

interface FaceProps {
  member: Member;
  canChangePhone: boolean;
  /** Whether children on this phone go with the member. */
  guards: boolean;
}

function Face({ member, canChangePhone, guards }: FaceProps) {
  const { code, seconds, problem, renew } = useCode(member.memberId);
  useWakeLock();
  const shown = code !== null && seconds > 0;
  return (
    <main className={styles.main}>
      <Link className={styles.back} href="/phone">
        返回
      </Link>
      <h1>
        {member.name}
        <small>{RELATIONS[member.relation]} · 已实名认证</small>
      </h1>
      <div className={styles.code}>
        {shown ? (
          <QrCode text={code.text} label="电子健康码,请向工作人员出示" />
        ) : (
          <div className={styles.noCode}>
            {code ? (
              <>
                <p role="alert">健康码已过期</p>
                <button type="button" onClick={renew}>
                  刷新
                </button>
              </>
            ) : (
              <p>{problem ? '健康码没有取到' : '正在取健康码…'}</p>
            )}
          </div>
        )}
      </div>
      {shown && (
        <p className={styles.countdown}>
          <strong>{seconds}</strong> 秒内有效,自动更新
        </p>
      )}
      {problem && (
        <p className={styles.fault} role="alert">
          {problem.kind === 'network' ? '网络已断开,正在重新连接' : problem.message}
        </p>
      )}
      <p className={styles.hint}>请把屏幕调到最亮,正对扫码设备。截图过期无效。</p>
      <More member={member} canChangePhone={canChangePhone} guards={guards} />
    </main>
  );
}

'use client';

import { useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useCallback, useEffect, useLayoutEffect, useState } from 'react';
import { toProblem } from '../ui/api.ts';
import { PageMessage } from '../ui/page-message.tsx';
import { useIdle } from '../ui/use-idle.ts';
import { useMe, useSignOut } from '../ui/use-me.ts';
import { useOnline } from '../ui/use-online.ts';
import { VoucherPaper } from '../vouchers/[voucherNo]/paper.tsx';
import { CameraView } from './camera-view.tsx';
import { prepareFeedback } from './feedback.ts';
import { LockScreen } from './lock-screen.tsx';
import { Result } from './result.tsx';
import styles from './scan.module.css';
import { listenToKeyboard } from './scanner/keyboard.ts';
import { SidePanel } from './side-panel.tsx';
import { useScan } from './use-scan.ts';

export default function ScanPage() {
  const queries = useQueryClient();
  const { data: me, error } = useMe();
  const [covered, setCovered] = useState(false);
  const lock = useCallback(() => {
    // Names stand in it.
    queries.removeQueries({ queryKey: ['scan.today'] });
    setCovered(true);
  }, [queries]);
  if (covered || (error && toProblem(error).code === 'SESSION_LOCKED')) {
    return (
      <LockScreen
        onUnlocked={() => {
          setCovered(false);
          void queries.resetQueries({ queryKey: ['staff.me'] });
        }}
      />
    );
  }
  if (!me) return <PageMessage error={error}>正在打开…</PageMessage>;
  if (me.role !== 'nurse') {
    return (
      <PageMessage>
        <p>扫码核验由接种护士使用</p>
        <Link href="/admin">返回管理首页</Link>
      </PageMessage>
    );
  }
  return <Scanning me={me} lock={lock} />;
}

function Scanning({ me, lock }: { me: NonNullable<ReturnType<typeof useMe>['data']>; lock: () => void }) {
  const { name, siteName, kioskPrinting } = me;
  const touch = useIdle(me.idleLockMinutes, lock);
  const scan = useScan({ kioskPrinting, onScan: touch, onLocked: lock });
  const { view, busy, paper, lastPrinted, take, scanned, sees, confirm, reprint, reveal, tell, backToScanning } = scan;
  const online = useOnline();
  const signOut = useSignOut();

  // Before the first paint: whoever sees the page may scan.
  useLayoutEffect(() => listenToKeyboard(scanned), [scanned]);
  useEffect(prepareFeedback, []);

  return (
    <>
      <div className={`screen-only ${styles.page}`}>
        <header className={styles.bar}>
          <h1>扫码核验</h1>
          <span className={styles.site}>{siteName}</span>
          {!online && (
            <strong className={styles.offline} role="alert">
              网络已断开
            </strong>
          )}
          <Link href="/account" prefetch={false} className={styles.person} aria-label={`${name},我的账号`}>
            {name}
          </Link>
          <button type="button" onClick={lock}>
            锁定
          </button>
          <button type="button" onClick={() => void signOut()}>
            退出
          </button>
        </header>
        <main className={styles.main}>
          <CameraView onText={sees} />
          <SidePanel take={(text) => void take(text)} reprint={reprint} tell={tell} disabled={busy !== null} />
          {view.at === 'scanning' && lastPrinted && (
            <p className={styles.printed} role="status">
              ✓ 凭证 {lastPrinted.voucherNo.slice(-4)} 已送打印
            </p>
          )}
          {view.at === 'scanning' && scan.dialogStood && (
            <p className={styles.dialog} role="status">
              <span>
                本单位已设为免对话框打印,但此设备仍弹出打印窗口,请用 <code>--kiosk-printing</code> 启动浏览器
              </span>
              <button type="button" onClick={scan.forgetDialog}>
                知道了
              </button>
            </p>
          )}
          <Result view={view} busy={busy} confirm={confirm} reveal={() => void reveal()} back={backToScanning} />
        </main>
      </div>
      {paper && (
        <div className="print-only">
          <VoucherPaper voucher={paper} />
        </div>
      )}
    </>
  );
}

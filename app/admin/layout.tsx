'use client';

import { AntdRegistry } from '@ant-design/nextjs-registry';
import { ConfigProvider, type ThemeConfig } from 'antd';
import zhCN from 'antd/locale/zh_CN';
import { type ReactNode, useLayoutEffect } from 'react';
import { useNonce } from '../ui/nonce.ts';
import { PageMessage } from '../ui/page-message.tsx';
import { useIdleEnd } from '../ui/use-idle-end.ts';
import { useMe } from '../ui/use-me.ts';
import styles from './admin.module.css';
import { Header } from './header.tsx';
import { giveNonceToStyles } from './style-nonce.ts';

/** The colours of globals.css. Ant Design derives shades from them, so it needs the values, not the variables. */
const THEME: ThemeConfig = {
  token: {
    colorPrimary: '#0b6e5f',
    colorPrimaryBg: '#e0f0ec',
    colorLink: '#0b6e5f',
    colorSuccess: '#0a7a3d',
    colorSuccessBg: '#e6f4ec',
    colorError: '#c01f1f',
    colorWarning: '#a34a00',
    colorWarningBg: '#fdf1e3',
    colorTextBase: '#17212b',
    colorTextTertiary: '#55636f',
    colorTextPlaceholder: '#65717c',
    fontFamily: 'var(--font)',
    controlHeight: 36,
    // Dialogs and buttons would wait for the end of their animations, which busy browsers may never tell.
    motion: false,
  },
  // Its own would be the page's colour.
  components: { Segmented: { trackBg: '#e1e7ec' } },
};

/** The frame of every page below /admin; Ant Design is loaded here and nowhere else. */
export default function AdminLayout({ children }: { children: ReactNode }) {
  const { data: me, error } = useMe();
  useIdleEnd();
  const nonce = useNonce();
  useLayoutEffect(() => (nonce === undefined ? undefined : giveNonceToStyles(nonce)), [nonce]);
  if (!me) return <PageMessage error={error}>正在打开…</PageMessage>;
  return (
    <AntdRegistry>
      <ConfigProvider
        csp={nonce === undefined ? {} : { nonce }}
        locale={zhCN}
        theme={THEME}
        button={{ autoInsertSpace: false }}
      >
        <Header me={me} />
        <main className={styles.main}>{children}</main>
      </ConfigProvider>
    </AntdRegistry>
  );
}

import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import styles from './phone.module.css';

export const metadata: Metadata = {
  title: '接种健康码',
  description: '完成实名认证,出示接种用的电子健康码',
  // An app of residents, and not the console's.
  manifest: null,
};

/** The resident's app: one column, large type, no Ant Design. */
export default function PhoneLayout({ children }: { children: ReactNode }) {
  return <div className={styles.app}>{children}</div>;
}

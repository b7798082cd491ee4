'use client';

import { Card, Empty } from 'antd';
import Link from 'next/link';
import { useMe } from '../ui/use-me.ts';
import styles from './home.module.css';
import { pagesOf } from './pages.ts';

/** The pages of the role of whoever is signed in. */
export default function AdminHome() {
  const { data: me } = useMe();
  const pages = me ? pagesOf(me.role) : [];
  if (pages.length === 0) {
    return (
      <Card>
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="当前角色暂无可用页面" />
      </Card>
    );
  }
  return (
    <ul className={styles.pages}>
      {pages.map(({ href, title, description }) => (
        <li key={href}>
          <Link href={href} className={styles.page}>
            <strong>{title}</strong>
            <span>{description}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

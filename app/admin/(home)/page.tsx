'use client';

import { Card, Empty } from 'antd';
import Link from 'next/link';
import { useMe } from '../../ui/use-me.ts';
import { pagesOf } from '../pages.ts';
import { Figures } from './figures.tsx';
import styles from './home.module.css';

/** The figures that the role sees, and the pages it may open. */
export default function AdminHome() {
  const { data: me } = useMe();
  const pages = me ? pagesOf(me.role) : [];
  if (!me || pages.length === 0) {
    return (
      <Card>
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="当前角色暂无可用页面" />
      </Card>
    );
  }
  return (
    <>
      {me.role !== 'nurse' && me.role !== 'auditor' && <Figures role={me.role} />}
      <nav aria-label="功能">
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
      </nav>
    </>
  );
}

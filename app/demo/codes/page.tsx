'use client';

import { useQuery } from '@tanstack/react-query';
import { renderSVG } from 'uqr';
import { api, toProblem } from '../../ui/api.ts';
import { PageMessage } from '../../ui/page-message.tsx';
import styles from './codes.module.css';

/** QR codes of the fixed fictional residents, to hold before a camera or to print. Demo mode only. */
export default function DemoCodesPage() {
  const { data: codes, error } = useQuery({ queryKey: ['demo.codes'], queryFn: () => api.demo.codes.query() });
  if (error && toProblem(error).kind !== 'network') return <PageMessage>只有演示模式才有示例码</PageMessage>;
  if (!codes) return <PageMessage error={error}>正在打开…</PageMessage>;
  return (
    <main className={styles.page}>
      <header>
        <h1>示例健康码</h1>
        <p>均为虚构居民。对准摄像头扫描,或复制文字后在扫码页输入。</p>
        <button type="button" className="screen-only" onClick={() => window.print()}>
          打印本页
        </button>
      </header>
      <ul className={styles.codes}>
        {codes.map(({ label, code }) => (
          <li key={label}>
            {/* biome-ignore lint/security/noDangerouslySetInnerHtml: an SVG that we draw ourselves from a known text */}
            <div dangerouslySetInnerHTML={{ __html: renderSVG(code, { border: 4 }) }} />
            <strong>{label}</strong>
            <code>{code}</code>
          </li>
        ))}
      </ul>
    </main>
  );
}

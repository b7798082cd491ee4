'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { renderSVG } from 'uqr';
import { api, toProblem } from '../../ui/api.ts';
import { PageMessage } from '../../ui/page-message.tsx';
import styles from './codes.module.css';

/** The dynamic ones hold longer. */
const RENEW_MS = 5 * 60 * 1000;

/** QR codes of the fixed fictional residents, to hold before a camera or to print. Demo mode only. */
export default function DemoCodesPage() {
  const { data: codes, error } = useQuery({
    queryKey: ['demo.codes'],
    queryFn: () => api.demo.codes.query(),
    refetchInterval: RENEW_MS,
    // It stood still while the page was hidden.
    refetchOnWindowFocus: true,
  });
  const { data: register } = useQuery({ queryKey: ['demo.register'], queryFn: () => api.demo.register.query() });
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
      {register && (
        <section className={`screen-only ${styles.register}`}>
          <h2>在手机上实名认证</h2>
          <p>
            在手机或另一个窗口打开<Link href="/phone">居民端</Link>
            ,用下列虚构居民的信息完成认证,几秒后即可用平板扫描手机上的健康码。
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls sideways needs the keyboard, too */}
          <div tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">姓名</th>
                  <th scope="col">证件类型</th>
                  <th scope="col">证件号码</th>
                  <th scope="col">手机号</th>
                </tr>
              </thead>
              <tbody>
                {register.map(({ name, idCardType, idcode, phone }) => (
                  <tr key={idcode}>
                    <td>{name}</td>
                    <td>{idCardType}</td>
                    <td>{idcode}</td>
                    <td>{phone ?? '无(由监护人办理)'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
    </main>
  );
}

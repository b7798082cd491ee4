'use client';

import { useQuery } from '@tanstack/react-query';
import { api } from '../ui/api.ts';
import { PageMessage } from '../ui/page-message.tsx';
import { QrCode } from '../ui/qr-code.tsx';
import { STEPS } from './steps.ts';
import styles from './trust.module.css';

/** How a tablet comes to trust this server: open to everybody, in plain too, as nobody can come over HTTPS before. */
export default function TrustPage() {
  const { data: trust, error } = useQuery({ queryKey: ['trust.read'], queryFn: () => api.trust.read.query() });
  if (!trust) return <PageMessage error={error}>正在打开…</PageMessage>;
  const { httpsPort, httpPort, names, authority } = trust;
  if (httpsPort === null) return <PageMessage>本服务器未启用 HTTPS,请联系管理员</PageMessage>;
  if (!authority) return <PageMessage>本服务器的证书由其他机构签发,无需在此安装证书</PageMessage>;
  const name = nameFor(names);
  const host = name.includes(':') ? `[${name}]` : name;
  const self = httpPort === null ? null : `http://${host}:${httpPort}/trust`;
  const console = `https://${host}${httpsPort === 443 ? '' : `:${httpsPort}`}/`;
  return (
    <main className={styles.page}>
      <header>
        <h1>信任本服务器的证书</h1>
        <p>接种核验台的平板须通过 HTTPS 才能使用摄像头。每台设备安装一次下面的根证书,并核对指纹,之后即可打开核验台。</p>
      </header>
      {self && (
        <section className={styles.self}>
          <div className={styles.code}>
            <QrCode text={self} label="本页地址的二维码" />
          </div>
          <p>
            用待设置的平板扫描二维码,打开本页:
            <br />
            <code>{self}</code>
          </p>
        </section>
      )}
      <section>
        <h2>一、下载证书并核对指纹</h2>
        <a className={styles.download} href="/api/trust/authority.crt">
          下载根证书
        </a>
        <dl>
          <dt>SHA-256 指纹</dt>
          <dd>
            <code>{authority.fingerprint}</code>
          </dd>
          <dt>有效期至</dt>
          <dd>{authority.validUntil}</dd>
          <dt>适用地址</dt>
          <dd>{names.join('、')}</dd>
        </dl>
        <p>本页未经加密传输。安装前请向管理员核对指纹(运行 npm run tls 时显示),不一致时不要安装。</p>
      </section>
      <section>
        <h2>二、安装证书</h2>
        {STEPS.map(({ device, steps }) => (
          <article key={device}>
            <h3>{device}</h3>
            <ol>
              {steps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </article>
        ))}
      </section>
      <section>
        <h2>三、打开核验台</h2>
        <p>
          安装后打开 <a href={console}>{console}</a> ,地址栏不再提示“不安全”即为成功。
        </p>
      </section>
    </main>
  );
}

/** The name by which this page was reached, where another device reaches it too; else the first that may. */
function nameFor(names: string[]): string {
  const here = window.location.hostname.replace(/^\[|\]$/g, '');
  const isLocal = (name: string) => name === 'localhost' || name === '::1' || name.startsWith('127.');
  return isLocal(here) ? (names.find((name) => !isLocal(name)) ?? here) : here;
}

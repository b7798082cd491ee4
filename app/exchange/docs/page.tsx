'use client';

import { useQuery } from '@tanstack/react-query';
import { PageMessage } from '../../ui/page-message.tsx';
import type { Description } from './description.ts';
import styles from './docs.module.css';
import { OperationSection } from './operation.tsx';
import { SchemaTable } from './schema-table.tsx';

const SHOWN = [
  ['Record', '实名认证记录'],
  ['Receipt', '回执'],
  ['RecordError', '记录错误'],
  ['Reconciliation', '对账结果'],
  ['Refusal', '拒绝'],
] as const;

async function load(): Promise<Description> {
  const response = await fetch('/api/exchange/openapi.json');
  if (!response.ok) throw new Error('no description');
  return response.json();
}

/** The exchange for integrators, on one page: what `/api/exchange/openapi.json` says, to be read and printed. */
export default function ExchangeDocsPage() {
  const { data, error } = useQuery({ queryKey: ['exchange.description'], queryFn: load });
  if (!data) return <PageMessage error={error}>正在打开…</PageMessage>;
  const { info, paths, components } = data;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  return (
    <main className={styles.page}>
      <h1>{info.title}</h1>
      <p>{info.description}</p>
      <p>
        机器可读的描述: <a href="/api/exchange/openapi.json">openapi.json</a>(OpenAPI 3.1)
      </p>
      <nav aria-label="目录">
        <ol>
          <li>
            <a href="#sign-in">身份认证</a>
          </li>
          {operations.map(({ operation }) => (
            <li key={operation.summary}>
              <a href={`#${operation.summary}`}>{operation.summary}</a>
            </li>
          ))}
          {SHOWN.map(([name, title]) => (
            <li key={name}>
              <a href={`#${name}`}>{title}</a>
            </li>
          ))}
        </ol>
      </nav>
      <section id="sign-in">
        <h2>身份认证</h2>
        <p>两种方式任选其一。凭据由省平台或市平台的管理员在「平台」页面生成,密钥只显示一次。</p>
        <dl className={styles.ways}>
          {Object.entries(components.securitySchemes).map(([key, { name, description }]) => (
            <div key={key}>
              <dt>{name ?? 'Authorization'}</dt>
              <dd>{description}</dd>
            </div>
          ))}
        </dl>
      </section>
      {operations.map((each) => (
        <OperationSection key={each.operation.summary} {...each} />
      ))}
      {SHOWN.map(([name, title]) => (
        <SchemaTable key={name} name={name} title={title} schema={components.schemas[name] ?? {}} />
      ))}
    </main>
  );
}

import { useState } from 'react';
import { nameOf, type Operation, typeOf } from './description.ts';
import styles from './docs.module.css';

interface Props {
  path: string;
  method: string;
  operation: Operation;
}

const PLACES: Record<string, string> = { query: '查询参数', path: '路径', header: '请求头' };

/** One request: what it takes, what it answers, samples. */
export function OperationSection({ path, method, operation }: Props) {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  return (
    <section id={summary}>
      <h2>{summary}</h2>
      <p className={styles.address}>
        <strong>{method.toUpperCase()}</strong> <code>{path}</code>
      </p>
      {description && <p>{description}</p>}
      {parameters.length > 0 && (
        <div className={styles.scroll}>
          <table>
            <caption>参数</caption>
            <thead>
              <tr>
                <th>名称</th>
                <th>位置</th>
                <th>必填</th>
                <th>说明</th>
              </tr>
            </thead>
            <tbody>
              {parameters.map(({ name, in: place, required, description: said, schema }) => (
                <tr key={name}>
                  <td>
                    <code>{name}</code>
                  </td>
                  <td>{PLACES[place]}</td>
                  <td>{required ? '是' : '否'}</td>
                  <td>{said ?? nameOf(schema) ?? schema.format ?? typeOf(schema)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {requestBody && (
        <div className={styles.scroll}>
          <table>
            <caption>请求体</caption>
            <tbody>
              {Object.entries(requestBody.content).map(([type, { schema }]) => (
                <tr key={type}>
                  <td>
                    <code>{type}</code>
                  </td>
                  <td>{schema.description ?? '{ "cd_batch": "批次号", "records": [ 记录, … ] }'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className={styles.scroll}>
        <table>
          <caption>应答</caption>
          <tbody>
            {Object.entries(responses).map(([status, { description: said, content = {} }]) => (
              <tr key={status}>
                <td>
                  <code>{status}</code>
                </td>
                <td>{said}</td>
                <td>
                  {Object.values(content).map(({ schema }) =>
                    nameOf(schema) ? (
                      <a key={nameOf(schema)} href={`#${nameOf(schema)}`}>
                        {nameOf(schema)}
                      </a>
                    ) : null,
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Samples samples={operation['x-codeSamples'] ?? []} />
    </section>
  );
}

function Samples({ samples }: { samples: { lang: string; source: string }[] }) {
  const [chosen, choose] = useState(samples[0]?.lang);
  if (samples.length === 0) return null;
  return (
    <div className={styles.samples}>
      <div role="tablist" aria-label="示例代码">
        {samples.map(({ lang }) => (
          <button key={lang} type="button" role="tab" aria-selected={lang === chosen} onClick={() => choose(lang)}>
            {lang}
          </button>
        ))}
      </div>
      <pre role="tabpanel">
        <code>{samples.find(({ lang }) => lang === chosen)?.source}</code>
      </pre>
    </div>
  );
}

import type { ReactNode } from 'react';
import { nameOf, type Schema, typeOf } from './description.ts';
import styles from './docs.module.css';

/** A schema's properties, nested ones below their parent. */
export function SchemaTable({ name, title, schema }: { name: string; title: string; schema: Schema }) {
  return (
    <section id={name}>
      <h2>
        {title} <small>{name}</small>
      </h2>
      {schema.description && <p>{schema.description}</p>}
      <div className={styles.scroll}>
        <table>
          <thead>
            <tr>
              <th>字段</th>
              <th>类型</th>
              <th>必填</th>
              <th>说明</th>
            </tr>
          </thead>
          <tbody>{rowsOf(schema, '')}</tbody>
        </table>
      </div>
    </section>
  );
}

function rowsOf({ properties = {}, required = [] }: Schema, prefix: string): ReactNode[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const nested = schema.items ?? schema;
    return [
      <tr key={prefix + name}>
        <td>
          <code>{prefix + name}</code>
        </td>
        <td>{nested.properties ? '' : typeOf(schema)}</td>
        <td>{required.includes(name) ? '是' : '否'}</td>
        <td>
          {schema.description}
          {schema.enum && <Values values={schema.enum} meanings={schema['x-enumDescriptions']} />}
        </td>
      </tr>,
      ...(nameOf(nested) ? [] : rowsOf(nested, `${prefix}${name}${schema.items ? '[]' : ''}.`)),
    ];
  });
}

function Values({ values, meanings }: { values: string[]; meanings?: Record<string, string> | undefined }) {
  if (!meanings) return <div className={styles.values}>{values.join('、')}</div>;
  return (
    <ul className={styles.meanings}>
      {values.map((value) => (
        <li key={value}>
          <code>{value}</code> {meanings[value]}
        </li>
      ))}
    </ul>
  );
}

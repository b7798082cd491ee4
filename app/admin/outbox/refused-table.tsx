import { useMutation } from '@tanstack/react-query';
import { Alert, Button, type TableColumnsType } from 'antd';
import Link from 'next/link';
import { useState } from 'react';
import { api, toProblem } from '../../ui/api.ts';
import type { Answers } from '../answers.ts';
import { KeysetTable } from '../keyset-table.tsx';
import type { Keyset } from '../use-keyset.ts';
import styles from './outbox.module.css';
import { RetryAll } from './retry-all.tsx';

type Row = Answers['city']['outbox']['refused']['items'][number];

const NONE = '—';
const OPERATIONS: Record<Row['operation'], string> = { i: '新增', u: '更新', d: '撤销' };

const COLUMNS: TableColumnsType<Row> = [
  { title: '姓名', dataIndex: 'name', render: (name: string) => name || NONE },
  { title: '操作', dataIndex: 'operation', render: (operation: Row['operation']) => OPERATIONS[operation] },
  {
    title: '拒绝原因',
    dataIndex: 'errors',
    className: styles.reasons ?? '',
    // The message names its field.
    render: (errors: Row['errors']) => (
      <ul>
        {errors.map(({ field, code, message }) => (
          <li key={`${field} ${code} ${message}`}>{message}</li>
        ))}
      </ul>
    ),
  },
  {
    title: '批次号',
    dataIndex: 'cdBatch',
    render: (cdBatch: string | null) =>
      cdBatch ? (
        <Link href={`/admin/batches/${cdBatch}`} prefetch={false}>
          {cdBatch}
        </Link>
      ) : (
        NONE
      ),
  },
  { title: '拒绝时间', dataIndex: 'settledAt', render: (at: string | null) => at ?? NONE },
];

/** What the province refused, newest first; said again, one by one or all at once, once the reason is gone. */
export function RefusedTable({ list, total }: { list: Keyset<Row>; total: number }) {
  const [done, setDone] = useState<string | null>(null);
  const retrying = useMutation({
    mutationFn: (id: number) => api.city.retry.mutate({ id }),
    onMutate: () => setDone(null),
    onSuccess: ({ operation }) => setDone(told(operation)),
    // Also after a failure: an answer that got lost may have done it all the same.
    onSettled: list.refresh,
  });
  const columns: TableColumnsType<Row> = [
    ...COLUMNS,
    {
      title: '处理',
      key: 'retry',
      fixed: 'end',
      render: (_, { id }) => (
        <Button
          type="link"
          size="small"
          className={styles.retry}
          loading={retrying.isPending && retrying.variables === id}
          disabled={retrying.isPending}
          onClick={() => retrying.mutate(id)}
        >
          重新上报
        </Button>
      ),
    },
  ];
  return (
    <section className={styles.part} aria-labelledby="refused">
      <div className={styles.heading}>
        <h2 id="refused">被拒绝的记录</h2>
        <RetryAll total={total} onDone={setDone} onTried={list.refresh} />
      </div>
      {retrying.error && (
        <Alert
          type="error"
          showIcon
          role="alert"
          className={styles.told}
          title={toProblem(retrying.error).message}
          closable={{ onClose: retrying.reset }}
        />
      )}
      <div aria-live="polite">
        {done && (
          <Alert
            type="success"
            showIcon
            className={styles.told}
            title={done}
            closable={{ onClose: () => setDone(null) }}
          />
        )}
      </div>
      <KeysetTable list={list} rowKey="id" columns={columns} empty="没有被拒绝的记录" />
    </section>
  );
}

/** @param operation null: the province never had the record, and there is none any more */
const told = (operation: Row['operation'] | null) =>
  operation === null
    ? '该居民已撤回同意,省平台没有这条记录,无须再上报'
    : `已按居民目前的信息重新加入上报(${OPERATIONS[operation]})`;

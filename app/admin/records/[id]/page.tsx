'use client';

import { useQuery } from '@tanstack/react-query';
import { Alert, Card, Descriptions, Skeleton } from 'antd';
import { Fragment, use, useState } from 'react';
import { FILING_STATES } from '../../../../server/filings/schema.ts';
import { api } from '../../../ui/api.ts';
import type { Answers } from '../../answers.ts';
import { Failure } from '../../failure.tsx';
import { PageFrame } from '../../page-frame.tsx';
import { StateTag } from '../state-tag.tsx';
import { describeFields, type Fields } from './fields.ts';
import { History } from './history.tsx';
import styles from './record.module.css';
import { Reveal } from './reveal.tsx';
import { VouchersOfRecord } from './vouchers.tsx';

type Opened = Answers['records']['open'];

const LIST = { href: '/admin/records', title: '返回认证记录列表' };
const COLUMNS = { xs: 1, sm: 1, md: 1, lg: 2, xl: 2, xxl: 2 };

/** One authentication record, masked, and where it came from. */
export default function RecordPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = use(params);
  const opened = useQuery({
    queryKey: ['records.open', id],
    queryFn: () => api.records.open.mutate({ id }),
    // Opening is audited: one look, one event.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const { data: record, error } = opened;
  // In this page's memory only: leaving it hides everything again.
  const [revealed, setRevealed] = useState<Fields | null>(null);
  const mark = record && <StateTag state={record.state} />;
  const actions = record && !revealed && <Reveal id={id} onRevealed={setRevealed} />;
  return (
    <PageFrame title="认证记录" mark={mark} actions={actions} back={LIST} error={error}>
      {error && (
        <Card>
          <Failure error={error} onRetry={() => void opened.refetch()} retrying={opened.isFetching} />
        </Card>
      )}
      {opened.isPending && (
        <Card aria-busy aria-label="正在读取记录">
          <Skeleton active paragraph={{ rows: 12 }} />
        </Card>
      )}
      {revealed && <Alert type="warning" showIcon title="正在显示完整信息,离开本页后恢复脱敏" />}
      {record && <RecordCards record={record} fields={revealed ?? record.fields} />}
      {record && <VouchersOfRecord id={id} />}
    </PageFrame>
  );
}

/** A column's name, which may break behind its underscores and copies without a blank. */
function ColumnName({ column }: { column: string }) {
  const [first, ...rest] = column.split('_');
  return (
    <code className={styles.column}>
      {first}
      {rest.map((part) => (
        <Fragment key={part}>
          _<wbr />
          {part}
        </Fragment>
      ))}
    </code>
  );
}

function RecordCards({ record, fields: shown }: { record: Opened; fields: Fields }) {
  const origin = [
    { key: 'city', label: '来源城市', children: record.cityName ?? '未登记的城市' },
    { key: 'app', label: '应用名称', children: record.appName ?? '未登记的应用' },
    { key: 'filing', label: '备案状态', children: record.appState ? FILING_STATES[record.appState] : '未备案' },
  ];
  const fields = describeFields(shown).map(({ column, label, text }) => ({
    key: column,
    label: (
      <>
        {label}
        <ColumnName column={column} />
      </>
    ),
    children: text ?? <span className={styles.none}>未填写</span>,
  }));
  return (
    <>
      <Card title="来源" size="small">
        <Descriptions size="small" column={{ xs: 1, sm: 3 }} items={origin} />
      </Card>
      {record.warnings.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title="提示"
          description={
            <ul className={styles.warnings}>
              {record.warnings.map(({ message }) => (
                <li key={message}>{message}</li>
              ))}
            </ul>
          }
        />
      )}
      <Card title="记录内容" size="small">
        <Descriptions bordered size="small" column={COLUMNS} items={fields} className={styles.fields} />
      </Card>
      <History changes={record.history} />
    </>
  );
}

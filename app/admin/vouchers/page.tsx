'use client';

import { PrinterOutlined } from '@ant-design/icons';
import { Button, Card, DatePicker, Select, type TableColumnsType, Tag } from 'antd';
import dayjs from 'dayjs';
// The picker's weeks begin on Monday by it.
import 'dayjs/locale/zh-cn';
import Link from 'next/link';
import { useState } from 'react';
import { api } from '../../ui/api.ts';
import type { Answers } from '../answers.ts';
import { KeysetTable } from '../keyset-table.tsx';
import { PageFrame } from '../page-frame.tsx';
import { useKeyset } from '../use-keyset.ts';
import { VoidModal } from './void-modal.tsx';
import styles from './vouchers.module.css';

type Row = Answers['vouchers']['browse']['items'][number];

type State = 'live' | 'voided';
const STATES: { value: State; label: string }[] = [
  { value: 'live', label: '有效' },
  { value: 'voided', label: '已作废' },
];

const columns = (onVoid: (voucherNo: string) => void): TableColumnsType<Row> => [
  { title: '凭证号', dataIndex: 'voucherNo' },
  { title: '姓名', dataIndex: 'name' },
  { title: '核验时间', dataIndex: 'issuedAt' },
  { title: '核验人员', dataIndex: 'issuedByName' },
  { title: '打印次数', dataIndex: 'printCount', align: 'right' },
  {
    title: '状态',
    key: 'state',
    render: (_, { voidReason }) =>
      voidReason === null ? (
        <Tag color="success">有效</Tag>
      ) : (
        <div className={styles.voided}>
          <Tag color="error">已作废</Tag>
          <span>{voidReason}</span>
        </div>
      ),
  },
  {
    title: '操作',
    key: 'actions',
    fixed: 'end',
    render: (_, { voucherNo, voidReason }) => (
      <span className={styles.actions}>
        <Link href={`/vouchers/${voucherNo}`} prefetch={false}>
          打开
        </Link>
        {voidReason === null && (
          <Button type="link" danger size="small" onClick={() => onVoid(voucherNo)}>
            作废
          </Button>
        )}
      </span>
    ),
  },
];

/** The own site's vouchers of a day. */
export default function VouchersPage() {
  // Until another day is chosen the server says which day it is at the site.
  const [day, setDay] = useState<string>();
  const [state, setState] = useState<State>();
  const [voiding, setVoiding] = useState<string | null>(null);
  const cursors = useState<readonly number[]>([]);
  const list = useKeyset({
    key: ['vouchers.browse', day ?? null, state ?? null],
    cursors,
    load: (cursor: number | undefined) => api.vouchers.browse.mutate({ day, state, cursor }),
  });
  const shown = day ?? list.page?.day;

  function choose(chosen: { day?: string; state?: State | undefined }) {
    cursors[1]([]);
    if (chosen.day) setDay(chosen.day);
    if ('state' in chosen) setState(chosen.state);
  }
  const report = shown && (
    <Button href={`/reports/${shown}`} icon={<PrinterOutlined aria-hidden />}>
      日报
    </Button>
  );

  return (
    <PageFrame title="凭证管理" actions={report} error={list.error}>
      <Card size="small">
        <div className={styles.filter}>
          <div>
            <label htmlFor="day">日期</label>
            <DatePicker
              id="day"
              allowClear={false}
              value={shown ? dayjs(shown) : null}
              onChange={(chosen) => chosen && choose({ day: chosen.format('YYYY-MM-DD') })}
            />
          </div>
          <div>
            <label htmlFor="state">状态</label>
            <Select<State>
              id="state"
              allowClear
              placeholder="全部"
              className={styles.state}
              options={STATES}
              value={state}
              onChange={(chosen) => choose({ state: chosen })}
            />
          </div>
        </div>
      </Card>
      <KeysetTable
        list={list}
        rowKey="voucherNo"
        columns={columns(setVoiding)}
        empty={state ? '没有符合条件的凭证' : '这一天没有出具凭证'}
      />
      <VoidModal voucherNo={voiding} onClose={() => setVoiding(null)} onTried={list.refresh} />
    </PageFrame>
  );
}

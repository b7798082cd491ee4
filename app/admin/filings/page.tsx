'use client';

import { PlusOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Button, Card, Select, type TableColumnsType } from 'antd';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { FILING_STATES, type FilingState } from '../../../server/filings/schema.ts';
import { api } from '../../ui/api.ts';
import { useMe } from '../../ui/use-me.ts';
import type { Answers } from '../answers.ts';
import { CityFilter } from '../city-filter.tsx';
import { Failure } from '../failure.tsx';
import { KeysetTable } from '../keyset-table.tsx';
import { PageFrame } from '../page-frame.tsx';
import { useKeyset } from '../use-keyset.ts';
import styles from './filings.module.css';
import { StateTag } from './state-tag.tsx';

interface Filter {
  state?: FilingState | undefined;
  cityCode?: string | undefined;
}
type Row = Answers['filings']['browse']['items'][number];

const NONE = '—';
const EMPTY_FORM = {
  appName: '',
  appOrganisation: '',
  organisationRecordNo: '',
  builder: '',
  builderContact: '',
  developer: '',
  developerContact: '',
  authenticationMethod: '',
};

const COLUMNS: TableColumnsType<Row> = [
  { title: '应用名称', dataIndex: 'appName', render: (name: string) => name || '(未填写)' },
  { title: '城市', dataIndex: 'cityName' },
  { title: '状态', dataIndex: 'state', render: (state: FilingState) => <StateTag state={state} /> },
  { title: '应用备案号', dataIndex: 'appRecordNoRecognize', render: (no: string | null) => no ?? NONE },
  { title: '接入组件入网编码', dataIndex: 'appRecordNo', render: (no: string | null) => no ?? NONE },
  { title: '更新时间', dataIndex: 'updatedAt' },
  {
    title: '操作',
    key: 'open',
    fixed: 'end',
    render: (_, { id }) => (
      <Link href={`/admin/filings/${id}`} prefetch={false}>
        查看
      </Link>
    ),
  },
];

/** 备案: a city's own filings, or all that were submitted for the province. */
export default function FilingsPage() {
  const { data: me } = useMe();
  const router = useRouter();
  const [filter, setFilter] = useState<Filter>({});
  const cursors = useState<readonly number[]>([]);
  const list = useKeyset({
    key: ['filings.browse', filter],
    cursors,
    load: (cursor: number | undefined) => api.filings.browse.query({ ...filter, cursor }),
  });
  const creating = useMutation({
    mutationFn: () => api.filings.create.mutate(EMPTY_FORM),
    onSuccess: ({ id }) => router.push(`/admin/filings/${id}`),
  });

  function choose(chosen: Filter) {
    cursors[1]([]);
    setFilter({ ...filter, ...chosen });
  }
  const create = me?.role === 'city' && (
    <Button
      type="primary"
      icon={<PlusOutlined aria-hidden />}
      loading={creating.isPending}
      onClick={() => creating.mutate()}
    >
      新建申请
    </Button>
  );
  const states = (Object.keys(FILING_STATES) as FilingState[]).map((value) => ({ value, label: FILING_STATES[value] }));
  return (
    <PageFrame title="应用备案" actions={create} error={list.error}>
      {creating.error && <Failure error={creating.error} />}
      <Card size="small">
        <div className={styles.filter}>
          {me?.role === 'province' && (
            <CityFilter value={filter.cityCode} onChange={(cityCode) => choose({ cityCode })} />
          )}
          <div>
            <label htmlFor="state" className={styles.label}>
              状态
            </label>
            <Select<FilingState>
              id="state"
              allowClear
              placeholder="全部"
              className={styles.state}
              options={states}
              value={filter.state}
              onChange={(state) => choose({ state })}
            />
          </div>
        </div>
      </Card>
      <KeysetTable
        list={list}
        rowKey="id"
        columns={COLUMNS}
        empty={filter.state || filter.cityCode ? '没有符合条件的备案申请' : '没有备案申请'}
      />
    </PageFrame>
  );
}

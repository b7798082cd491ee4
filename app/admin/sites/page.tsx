'use client';

import { PlusOutlined } from '@ant-design/icons';
import { Button, Card, Input, type TableColumnsType, Tag } from 'antd';
import { useState } from 'react';
import { api } from '../../ui/api.ts';
import { useMe } from '../../ui/use-me.ts';
import { CitySelect } from '../city-select.tsx';
import filter from '../filter-bar.module.css';
import { KeysetTable } from '../keyset-table.tsx';
import { PageFrame } from '../page-frame.tsx';
import { useKeyset } from '../use-keyset.ts';
import { type Site, SiteModal } from './site-modal.tsx';
import styles from './sites.module.css';

const COLUMNS: TableColumnsType<Site> = [
  { title: '单位编码', dataIndex: 'code' },
  { title: '名称', dataIndex: 'name', render: (name: string) => <div className={styles.name}>{name}</div> },
  { title: '区县', dataIndex: 'divisionName', render: (name: string | null) => name ?? '(未填写)' },
  { title: '凭证纸张', dataIndex: 'paper', render: (paper: string) => (paper === '80mm' ? '80 毫米' : paper) },
  { title: '下一站', dataIndex: 'nextStation' },
  { title: '打印', dataIndex: 'kioskPrinting', render: (kiosk: boolean) => (kiosk ? '免对话框' : '弹出对话框') },
  {
    title: '自动锁屏',
    dataIndex: 'idleLockMinutes',
    render: (minutes: number) => (minutes === 0 ? <Tag color="warning">关闭</Tag> : `${minutes} 分钟`),
  },
  {
    title: '健康码',
    dataIndex: 'staticCodes',
    render: (all: boolean, { unknownIssuers }) => (
      <>
        {all ? '静态、动态' : <Tag color="warning">仅动态</Tag>}{' '}
        {unknownIssuers && <Tag color="warning">含未登记机构</Tag>}
      </>
    ),
  },
];

const withEdit = (onEdit: (site: Site) => void): TableColumnsType<Site> => [
  ...COLUMNS,
  {
    title: '操作',
    key: 'actions',
    fixed: 'end',
    render: (_, site) => (
      <Button type="link" size="small" aria-label={`修改 ${site.name}`} onClick={() => onEdit(site)}>
        修改
      </Button>
    ),
  },
];

/** 接种单位: all of them, to be kept by the province; the own one for its admin to see. */
export default function SitesPage() {
  const { data: me } = useMe();
  const [name, setName] = useState('');
  const [cityCode, setCityCode] = useState<string>();
  const [asking, setAsking] = useState<Site | 'new' | null>(null);
  const cursors = useState<readonly string[]>([]);
  const list = useKeyset({
    key: ['sites.browse', 'list', name, cityCode ?? null],
    cursors,
    load: (cursor: string | undefined) => api.sites.browse.query({ name: name || undefined, cityCode, cursor }),
  });
  const keeps = me?.role === 'province';
  const filtered = name !== '' || cityCode !== undefined;

  const create = keeps && (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAsking('new')}>
      新增接种单位
    </Button>
  );
  return (
    <PageFrame title="接种单位" actions={create} error={list.error}>
      {keeps && (
        <Card size="small">
          <div className={filter.bar}>
            <div className={filter.wide}>
              <label htmlFor="site-search">名称</label>
              <Input.Search
                id="site-search"
                allowClear
                maxLength={50}
                placeholder="名称开头的文字"
                enterButton="查询"
                onSearch={(text) => {
                  cursors[1]([]);
                  setName(text.trim());
                }}
              />
            </div>
            <div>
              <label htmlFor="site-city">城市</label>
              <CitySelect
                id="site-city"
                allowClear
                placeholder="全部城市"
                value={cityCode ?? null}
                onChange={(chosen) => {
                  cursors[1]([]);
                  setCityCode(chosen ?? undefined);
                }}
              />
            </div>
          </div>
        </Card>
      )}
      <KeysetTable
        list={list}
        rowKey="code"
        columns={keeps ? withEdit(setAsking) : COLUMNS}
        empty={filtered ? '没有符合条件的接种单位' : '还没有接种单位'}
      />
      <SiteModal site={asking} onTried={list.refresh} onClose={() => setAsking(null)} />
    </PageFrame>
  );
}

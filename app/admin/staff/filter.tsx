import { Card, Input, Select } from 'antd';
import { useState } from 'react';
import { type BrowseStaffInput, ROLE_NAMES, ROLES, type Role, SITE_ROLES } from '../../../server/staff/schema.ts';
import { CitySelect } from '../city-select.tsx';
import bar from '../filter-bar.module.css';
import { SiteSelect } from '../site-select.tsx';
import styles from './staff.module.css';

export type StaffFilter = Omit<BrowseStaffInput, 'cursor'>;
type By = 'username' | 'name';

interface Props {
  filter: StaffFilter;
  onChange: (filter: StaffFilter) => void;
  /** A site admin sees one site, and two roles. */
  ownSiteOnly: boolean;
}

const KEYS: { value: By; label: string }[] = [
  { value: 'username', label: '用户名' },
  { value: 'name', label: '姓名' },
];
const STATES = [
  { value: 'open', label: '正常' },
  { value: 'locked', label: '已停用' },
];

/** Whom the list shows. */
export function StaffFilterBar({ filter, onChange, ownSiteOnly }: Props) {
  const [by, setBy] = useState<By>('name');
  const roles = (ownSiteOnly ? SITE_ROLES : ROLES).map((value) => ({ value, label: ROLE_NAMES[value] }));
  const change = (changed: StaffFilter) => onChange({ ...filter, ...changed });
  const state = filter.locked === undefined ? null : filter.locked ? 'locked' : 'open';
  return (
    <Card size="small">
      <div className={bar.bar}>
        <div className={bar.wide}>
          <label htmlFor="staff-search">查找</label>
          <div className={styles.search}>
            <Select<By> aria-label="查询方式" options={KEYS} value={by} onChange={setBy} />
            <Input.Search
              id="staff-search"
              allowClear
              maxLength={50}
              placeholder={by === 'name' ? '姓名开头' : '用户名开头'}
              enterButton="查询"
              autoComplete="off"
              onSearch={(typed) => {
                const text = typed.trim();
                change({ search: text ? { by, text } : undefined });
              }}
            />
          </div>
        </div>
        <div>
          <label htmlFor="filter-role">角色</label>
          <Select<Role>
            id="filter-role"
            allowClear
            placeholder="全部角色"
            options={roles}
            value={filter.role ?? null}
            onChange={(role) => change({ role: role ?? undefined })}
          />
        </div>
        {!ownSiteOnly && (
          <>
            <div>
              <label htmlFor="filter-site">接种单位</label>
              <SiteSelect
                id="filter-site"
                allowClear
                value={filter.siteCode ?? null}
                onChange={(siteCode) => change({ siteCode: siteCode ?? undefined })}
              />
            </div>
            <div>
              <label htmlFor="filter-city">城市</label>
              <CitySelect
                id="filter-city"
                allowClear
                placeholder="全部城市"
                value={filter.cityCode ?? null}
                onChange={(cityCode) => change({ cityCode: cityCode ?? undefined })}
              />
            </div>
          </>
        )}
        <div>
          <label htmlFor="filter-state">状态</label>
          <Select
            id="filter-state"
            allowClear
            placeholder="全部"
            options={STATES}
            value={state}
            onChange={(chosen) => change({ locked: chosen ? chosen === 'locked' : undefined })}
          />
        </div>
      </div>
    </Card>
  );
}

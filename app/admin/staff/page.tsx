'use client';

import { PlusOutlined, UploadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { api } from '../../ui/api.ts';
import { useMe } from '../../ui/use-me.ts';
import { KeysetTable } from '../keyset-table.tsx';
import { PageFrame } from '../page-frame.tsx';
import { useKeyset } from '../use-keyset.ts';
import { type AccountAction, AccountModal } from './account-modal.tsx';
import { columns } from './columns.tsx';
import { type StaffFilter, StaffFilterBar } from './filter.tsx';
import { ImportModal } from './import-modal.tsx';
import { type NewPassword, PasswordsModal } from './passwords-modal.tsx';
import styles from './staff.module.css';
import { type Person, StaffModal } from './staff-modal.tsx';

/** People and their accounts: everybody for the province, the own site's for a site admin. */
export default function StaffPage() {
  const { data: me } = useMe();
  const [filter, setFilter] = useState<StaffFilter>({});
  const [editing, setEditing] = useState<Person | 'new' | null>(null);
  const [asked, setAsked] = useState<{ action: AccountAction; person: Person } | null>(null);
  const [importing, setImporting] = useState(false);
  const [made, setMade] = useState<NewPassword[] | null>(null);
  const cursors = useState<readonly string[]>([]);
  const list = useKeyset({
    key: ['staff.browse', filter],
    cursors,
    load: (cursor: string | undefined) => api.staff.browse.mutate({ ...filter, cursor }),
  });
  const ownSiteOnly = me?.role === 'site_admin';
  const filtered = Object.values(filter).some((value) => value !== undefined);

  const actions = (
    <div className={styles.buttons}>
      <Button icon={<UploadOutlined aria-hidden />} onClick={() => setImporting(true)}>
        导入人员
      </Button>
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEditing('new')}>
        新增人员
      </Button>
    </div>
  );
  return (
    <PageFrame title="人员" actions={actions} error={list.error}>
      <StaffFilterBar
        filter={filter}
        ownSiteOnly={ownSiteOnly}
        onChange={(changed) => {
          cursors[1]([]);
          setFilter(changed);
        }}
      />
      <KeysetTable
        list={list}
        rowKey="username"
        columns={columns({
          ownUsername: me?.username,
          isProvince: me?.role === 'province',
          onEdit: setEditing,
          onAsk: (action, person) => setAsked({ action, person }),
        })}
        empty={filtered ? '没有符合条件的人员' : '还没有人员'}
      />
      {me && (
        <StaffModal me={me} person={editing} onMade={setMade} onTried={list.refresh} onClose={() => setEditing(null)} />
      )}
      <AccountModal asked={asked} onMade={setMade} onTried={list.refresh} onClose={() => setAsked(null)} />
      <ImportModal
        open={importing}
        ownSiteOnly={ownSiteOnly}
        onMade={setMade}
        onTried={list.refresh}
        onClose={() => setImporting(false)}
      />
      <PasswordsModal made={made} onClose={() => setMade(null)} />
    </PageFrame>
  );
}

'use client';

import { PrinterOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { api } from '../../ui/api.ts';
import { useMe } from '../../ui/use-me.ts';
import { KeysetTable } from '../keyset-table.tsx';
import { PageFrame } from '../page-frame.tsx';
import { useKeyset } from '../use-keyset.ts';
import { COLUMNS_OF_PROVINCE, columnsOfSite } from './columns.tsx';
import { type Chosen, Filter } from './filter.tsx';
import { VoidModal } from './void-modal.tsx';

const ALL: Chosen = { day: undefined, siteCode: undefined, state: undefined, issuedBy: undefined, order: 'newest' };

/** Vouchers of a day: the own site's, to reprint and void; or any site's, for the province to look at. */
export default function VouchersPage() {
  const { data: me } = useMe();
  const ofProvince = me?.role === 'province';
  const [chosen, setChosen] = useState(ALL);
  const [voiding, setVoiding] = useState<string | null>(null);
  const cursors = useState<readonly string[]>([]);
  const list = useKeyset({
    key: ['vouchers.browse', chosen],
    cursors,
    load: (cursor: string | undefined) => api.vouchers.browse.mutate({ ...chosen, cursor }),
  });
  const day = chosen.day ?? list.page?.day;

  function choose(part: Partial<Chosen>) {
    cursors[1]([]);
    setChosen({ ...chosen, ...part });
  }
  const { siteCode } = chosen;
  const report = ofProvince ? siteCode && `/reports/${day}?site=${siteCode}` : `/reports/${day}`;
  const narrowed = Boolean(chosen.state || chosen.issuedBy);
  return (
    <PageFrame
      title="凭证管理"
      actions={
        day &&
        report && (
          <Button href={report} icon={<PrinterOutlined aria-hidden />}>
            日报
          </Button>
        )
      }
      error={list.error}
    >
      <Filter chosen={chosen} day={day} ofProvince={ofProvince} onChoose={choose} />
      <KeysetTable
        list={list}
        rowKey="voucherNo"
        columns={ofProvince ? COLUMNS_OF_PROVINCE : columnsOfSite(setVoiding)}
        empty={narrowed ? '没有符合条件的凭证' : '这一天没有出具凭证'}
      />
      {!ofProvince && <VoidModal voucherNo={voiding} onClose={() => setVoiding(null)} onTried={list.refresh} />}
    </PageFrame>
  );
}

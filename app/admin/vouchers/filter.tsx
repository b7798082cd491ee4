import { useQuery } from '@tanstack/react-query';
import { Card, DatePicker, Select } from 'antd';
import dayjs from 'dayjs';
// The picker's weeks begin on Monday by it.
import 'dayjs/locale/zh-cn';
import { useState } from 'react';
import type { VoucherOrder } from '../../../server/vouchers/schema.ts';
import { api, toProblem } from '../../ui/api.ts';
import { SiteSelect } from '../site-select.tsx';
import styles from './vouchers.module.css';

export interface Chosen {
  /** Until another day is chosen the server says which day it is. */
  day: string | undefined;
  siteCode: string | undefined;
  state: 'live' | 'voided' | undefined;
  issuedBy: string | undefined;
  order: VoucherOrder;
}

const STATES: { value: Chosen['state']; label: string }[] = [
  { value: 'live', label: '有效' },
  { value: 'voided', label: '已作废' },
];
const ORDERS: { value: VoucherOrder; label: string }[] = [
  { value: 'newest', label: '从新到旧' },
  { value: 'oldest', label: '从旧到新' },
];

interface Props {
  chosen: Chosen;
  /** The day that is shown. */
  day: string | undefined;
  /** Whether sites can be chosen. */
  ofProvince: boolean;
  onChoose: (part: Partial<Chosen>) => void;
}

/** Which vouchers are to be seen. */
export function Filter({ chosen, day, ofProvince, onChoose }: Props) {
  const noSite = ofProvince && !chosen.siteCode;
  return (
    <Card size="small">
      <div className={styles.filter}>
        <div>
          <label htmlFor="day">日期</label>
          <DatePicker
            id="day"
            allowClear={false}
            value={day ? dayjs(day) : null}
            onChange={(picked) => picked && onChoose({ day: picked.format('YYYY-MM-DD'), issuedBy: undefined })}
          />
        </div>
        {ofProvince && (
          <div>
            <label htmlFor="site">接种单位</label>
            <SiteSelect
              id="site"
              className={styles.siteSelect ?? ''}
              allowClear
              placeholder="全部接种单位"
              value={chosen.siteCode ?? null}
              onChange={(siteCode: string | undefined) => onChoose({ siteCode, issuedBy: undefined })}
            />
          </div>
        )}
        <div>
          <label htmlFor="state">状态</label>
          <Select<Chosen['state']>
            id="state"
            allowClear
            placeholder="全部"
            className={styles.state}
            options={STATES}
            value={chosen.state}
            onChange={(state) => onChoose({ state })}
          />
        </div>
        <div>
          <label htmlFor="issuer">核验人员</label>
          <IssuerSelect chosen={chosen} disabled={noSite} onChoose={onChoose} />
        </div>
        <div>
          <label htmlFor="order">顺序</label>
          <Select<VoucherOrder>
            id="order"
            className={styles.state}
            options={ORDERS}
            value={chosen.order}
            onChange={(order) => onChoose({ order })}
          />
        </div>
      </div>
      {noSite && <p className={styles.hint}>选择接种单位后,可按核验人员筛选,并查看该单位的日报。</p>}
    </Card>
  );
}

function IssuerSelect({ chosen, disabled, onChoose }: Pick<Props, 'chosen' | 'onChoose'> & { disabled: boolean }) {
  const [opened, setOpened] = useState(false);
  const { day, siteCode } = chosen;
  const issuers = useQuery({
    queryKey: ['vouchers.issuers', day ?? null, siteCode ?? null],
    queryFn: () => api.vouchers.issuers.query({ day, siteCode }),
    enabled: opened && !disabled,
  });
  const nothing = issuers.error
    ? toProblem(issuers.error).message
    : issuers.isFetching
      ? '正在读取…'
      : '这一天没有人出具凭证';
  return (
    <Select
      id="issuer"
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      placeholder="全部"
      className={styles.issuer ?? ''}
      disabled={disabled}
      loading={issuers.isFetching}
      options={(issuers.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      notFoundContent={nothing}
      value={chosen.issuedBy ?? null}
      onOpenChange={(open) => open && setOpened(true)}
      onChange={(issuedBy: string | undefined) => onChoose({ issuedBy })}
    />
  );
}

import { Button, type TableColumnsType, Tag } from 'antd';
import Link from 'next/link';
import type { Answers } from '../answers.ts';
import styles from './vouchers.module.css';

export type Row = Answers['vouchers']['browse']['items'][number];

const NUMBER = { title: '凭证号', dataIndex: 'voucherNo' };
const SITE: TableColumnsType<Row>[number] = { title: '接种单位', dataIndex: 'siteName', className: styles.site };
const WHAT_WAS_ISSUED: TableColumnsType<Row> = [
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
];

/** For the province, which looks at any site and prints nothing. */
export const COLUMNS_OF_PROVINCE: TableColumnsType<Row> = [NUMBER, SITE, ...WHAT_WAS_ISSUED];

/** For a site, which opens, reprints and voids its own. */
export const columnsOfSite = (onVoid: (voucherNo: string) => void): TableColumnsType<Row> => [
  NUMBER,
  ...WHAT_WAS_ISSUED,
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

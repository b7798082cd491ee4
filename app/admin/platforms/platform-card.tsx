import { PlusOutlined } from '@ant-design/icons';
import { Button, Card, Empty, Table, type TableColumnsType, Tag } from 'antd';
import type { Answers } from '../answers.ts';
import { FLUSH } from '../flush.ts';
import styles from './platforms.module.css';

export type Platform = Answers['exchange']['platforms'][number];
type Credential = Platform['credentials'][number];

interface Ways {
  onCreate: (city: Platform) => void;
  onRotate: (appId: string) => void;
  onRevoke: (appId: string) => void;
}

const columns = ({ onRotate, onRevoke }: Ways): TableColumnsType<Credential> => [
  { title: '编号(App ID)', dataIndex: 'appId', width: 140 },
  { title: '用途', dataIndex: 'label', className: styles.label },
  { title: '创建时间', dataIndex: 'createdAt', width: 170 },
  {
    title: '状态',
    dataIndex: 'revokedAt',
    width: 190,
    render: (revokedAt: string | null, { formerUntil }) =>
      revokedAt === null ? (
        <>
          <Tag color="success">有效</Tag>
          {formerUntil && <small className={styles.when}>旧密钥可用至 {formerUntil}</small>}
        </>
      ) : (
        <>
          <Tag color="error">已吊销</Tag>
          <small className={styles.when}>{revokedAt}</small>
        </>
      ),
  },
  {
    title: '操作',
    key: 'actions',
    width: 150,
    fixed: 'end',
    render: (_, { appId, revokedAt }) =>
      revokedAt === null && (
        <span className={styles.actions}>
          <Button type="link" size="small" onClick={() => onRotate(appId)}>
            轮换密钥
          </Button>
          <Button type="link" danger size="small" onClick={() => onRevoke(appId)}>
            吊销
          </Button>
        </span>
      ),
  },
];

/** A city with its credentials. */
export function PlatformCard({ platform, ...ways }: { platform: Platform } & Ways) {
  return (
    <Card
      size="small"
      title={
        <>
          {platform.name} <span className={styles.code}>{platform.code}</span>
        </>
      }
      extra={
        <Button size="small" icon={<PlusOutlined aria-hidden />} onClick={() => ways.onCreate(platform)}>
          新增凭据
        </Button>
      }
      styles={FLUSH}
      className={styles.card}
      role="region"
      aria-label={platform.name}
    >
      <Table<Credential>
        columns={columns(ways)}
        dataSource={platform.credentials}
        rowKey="appId"
        pagination={false}
        size="medium"
        tableLayout="fixed"
        scroll={{ x: 800 }}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="还没有接入凭据" /> }}
      />
    </Card>
  );
}

import { DownloadOutlined } from '@ant-design/icons';
import { Alert, Button, Modal, Table, type TableColumnsType } from 'antd';
import { Copyable } from '../copyable.tsx';
import { saveCsv, toCsv } from './csv.ts';
import styles from './staff.module.css';

export interface NewPassword {
  username: string;
  name: string;
  password: string;
}

interface Props {
  /** Whose passwords were made; null while none were. */
  made: NewPassword[] | null;
  onClose: () => void;
}

const COLUMNS: TableColumnsType<NewPassword> = [
  {
    title: '用户名、姓名',
    dataIndex: 'username',
    className: styles.person,
    render: (username: string, { name }) => (
      <>
        {username}
        <small className={styles.when}>{name}</small>
      </>
    ),
  },
  {
    title: '初始密码',
    dataIndex: 'password',
    width: '58%',
    render: (password: string) => <Copyable text={password} />,
  },
];

function download(made: NewPassword[]) {
  const columns: { key: keyof NewPassword; header: string }[] = [
    { key: 'username', header: '用户名' },
    { key: 'name', header: '姓名' },
    { key: 'password', header: '初始密码' },
  ];
  saveCsv('初始密码.csv', toCsv(columns, made));
}

/** Shows new passwords, this once: it closes by its button only. */
export function PasswordsModal({ made, onClose }: Props) {
  const many = (made?.length ?? 0) > 1;
  return (
    <Modal
      title={many ? `已新增 ${made?.length} 人` : '密码已生成'}
      open={made !== null}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      width={640}
      footer={[
        many && (
          <Button key="download" icon={<DownloadOutlined aria-hidden />} onClick={() => made && download(made)}>
            下载
          </Button>
        ),
        <Button key="close" type="primary" onClick={onClose}>
          我已妥善保存
        </Button>,
      ]}
      destroyOnHidden
    >
      <Alert
        type="warning"
        showIcon
        title="密码只显示这一次"
        description="请立即交给本人,本人首次登录时须修改密码。关闭后无法再次查看,遗失时只能重置密码。"
      />
      <Table<NewPassword>
        className={styles.made}
        columns={COLUMNS}
        dataSource={made ?? []}
        rowKey="username"
        size="small"
        pagination={false}
        tableLayout="fixed"
        {...(many ? { scroll: { y: 320 } } : {})}
      />
    </Modal>
  );
}

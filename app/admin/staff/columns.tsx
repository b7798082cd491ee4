import { DownOutlined } from '@ant-design/icons';
import { Button, Dropdown, type TableColumnsType, Tag } from 'antd';
import { ROLE_NAMES, type Role } from '../../../server/staff/schema.ts';
import { ACCOUNT_ACTIONS, type AccountAction } from './account-modal.tsx';
import styles from './staff.module.css';
import type { Person } from './staff-modal.tsx';

interface Ways {
  /** Nobody locks or resets the own account. */
  ownUsername: string | undefined;
  isProvince: boolean;
  onEdit: (person: Person) => void;
  onAsk: (action: AccountAction, person: Person) => void;
}

/** The list's columns, and what can be done to each person. */
export const columns = ({ ownUsername, isProvince, onEdit, onAsk }: Ways): TableColumnsType<Person> => [
  { title: '用户名', dataIndex: 'username' },
  {
    title: '姓名',
    dataIndex: 'name',
    render: (name: string, { username }) => (
      <div className={styles.word}>
        {name} {username === ownUsername && <Tag>本人</Tag>}
      </div>
    ),
  },
  { title: '角色', dataIndex: 'role', render: (role: Role) => ROLE_NAMES[role] },
  {
    title: '单位或城市',
    key: 'place',
    render: (_, { siteName, cityName }) => <div className={styles.place}>{siteName ?? cityName ?? '全省'}</div>,
  },
  {
    title: '状态',
    dataIndex: 'lockedAt',
    render: (lockedAt: string | null, { waitSeconds, twoFactorEnabled }) =>
      lockedAt === null ? (
        <>
          {waitSeconds > 0 ? <Tag color="warning">暂停登录</Tag> : <Tag color="success">正常</Tag>}
          {twoFactorEnabled && <Tag>两步验证</Tag>}
          {waitSeconds > 0 && (
            <small className={styles.when}>失败次数过多,还需 {Math.ceil(waitSeconds / 60)} 分钟</small>
          )}
        </>
      ) : (
        <>
          <Tag color="error">已停用</Tag>
          <small className={styles.when}>{lockedAt}</small>
        </>
      ),
  },
  {
    title: '操作',
    key: 'actions',
    fixed: 'end',
    render: (_, person) => (
      <span className={styles.actions}>
        <Button type="link" size="small" aria-label={`修改 ${person.name}`} onClick={() => onEdit(person)}>
          修改
        </Button>
        {person.username !== ownUsername && (
          <Dropdown
            trigger={['click']}
            menu={{
              items: actionsFor(person, isProvince).map((key) => ({
                key,
                label: ACCOUNT_ACTIONS[key].title,
                danger: key === 'lock',
              })),
              onClick: ({ key }) => onAsk(key as AccountAction, person),
            }}
          >
            <Button type="link" size="small" aria-label={`更多操作 ${person.name}`}>
              更多 <DownOutlined aria-hidden />
            </Button>
          </Dropdown>
        )}
      </span>
    ),
  },
];

const actionsFor = ({ lockedAt, waitSeconds, twoFactorEnabled }: Person, isProvince: boolean): AccountAction[] => [
  ...(waitSeconds > 0 ? (['liftWait'] as const) : []),
  'resetPassword',
  ...(twoFactorEnabled && isProvince ? (['resetTotp'] as const) : []),
  ...(lockedAt === null ? (['endSessions', 'lock'] as const) : (['unlock'] as const)),
];

import { staffInput } from '../../../server/staff/schema.ts';
import { api } from '../../ui/api.ts';
import { AskModal } from '../ask-modal.tsx';
import type { NewPassword } from './passwords-modal.tsx';
import type { Person } from './staff-modal.tsx';

/** What can be done to an account, and what comes of it. */
export const ACCOUNT_ACTIONS = {
  resetPassword: {
    title: '重置密码',
    text: '系统会生成新密码并只显示一次。原密码立即失效,该用户在所有设备上退出登录,用新密码登录后须先修改密码。',
  },
  endSessions: { title: '强制退出登录', text: '该用户在所有设备上立即退出登录,可以用原密码重新登录。' },
  lock: { title: '停用账号', text: '该用户在所有设备上立即退出登录,启用之前不能再登录。已有的凭证和记录不受影响。' },
  liftWait: { title: '解除登录等待', text: '清除该用户的登录失败次数,可以立即重新登录。请先确认失败确为本人所为。' },
  resetTotp: {
    title: '重置两步验证',
    text: '用于更换或遗失手机。该用户在所有设备上退出登录,凭密码即可登录,直到重新启用两步验证。请先核实本人身份。',
  },
  unlock: { title: '启用账号', text: '该用户可以用原密码重新登录。' },
} as const;
export type AccountAction = keyof typeof ACCOUNT_ACTIONS;

interface Props {
  /** What is asked; null while nothing is. */
  asked: { action: AccountAction; person: Person } | null;
  onMade: (made: NewPassword[]) => void;
  onTried: () => void;
  onClose: () => void;
}

/** Does one thing to an account, once that was confirmed. */
export function AccountModal({ asked, onMade, ...rest }: Props) {
  const words = asked && ACCOUNT_ACTIONS[asked.action];
  return (
    <AskModal
      {...rest}
      open={asked !== null}
      title={words?.title ?? ''}
      okText={`确认${words?.title ?? ''}`}
      danger={asked?.action !== 'unlock' && asked?.action !== 'liftWait'}
      send={async () => {
        if (!asked) return null;
        const { action, person } = asked;
        const input = staffInput.parse({ username: person.username });
        if (action === 'resetPassword') return [{ ...(await api.staff[action].mutate(input)), name: person.name }];
        await api.staff[action].mutate(input);
        return null;
      }}
      onDone={(made) => made && onMade(made)}
    >
      <p>
        用户 <strong>{asked?.person.name}</strong>({asked?.person.username})
      </p>
      <p>{words?.text}</p>
    </AskModal>
  );
}

import { Form, Input } from 'antd';
import { createStaffInput, isSiteRole, type Role, saveStaffInput, staffFields } from '../../../server/staff/schema.ts';
import { api } from '../../ui/api.ts';
import type { Answers } from '../answers.ts';
import { AskModal } from '../ask-modal.tsx';
import { zodRule } from '../zod-rule.ts';
import type { NewPassword } from './passwords-modal.tsx';
import { PlaceFields } from './place-fields.tsx';

export type Person = Answers['staff']['browse']['items'][number];

interface Props {
  me: Answers['staff']['me'];
  /** Who is changed; `new` for somebody new, null while nobody is. */
  person: Person | 'new' | null;
  onMade: (made: NewPassword[]) => void;
  onTried: () => void;
  onClose: () => void;
}

interface Values {
  username: string;
  name: string;
  role: Role;
  siteCode?: string;
  cityCode?: string;
}

/** Adds somebody or changes name, role and place. One's own role and place are left alone. */
export function StaffModal({ me, person, onMade, ...rest }: Props) {
  const old = person === 'new' ? null : person;
  const own = old?.username === me.username;
  const ownSiteOnly = me.role === 'site_admin';

  async function send(values: Values): Promise<NewPassword[] | null> {
    const input = {
      ...(own ? placeOf(old) : {}),
      ...values,
      ...(old ? { username: old.username } : {}),
      ...(ownSiteOnly && isSiteRole(values.role) ? { siteCode: me.siteCode } : {}),
    };
    if (old) {
      await api.staff.save.mutate(saveStaffInput.parse(input));
      return null;
    }
    const made = await api.staff.create.mutate(createStaffInput.parse(input));
    return [{ ...made, name: values.name }];
  }

  return (
    <AskModal
      {...rest}
      open={person !== null}
      title={old ? '修改人员' : '新增人员'}
      okText={old ? '保存' : '新增'}
      initialValues={old ? { name: old.name, ...placeOf(old) } : ownSiteOnly ? { role: 'nurse' } : {}}
      send={send}
      onDone={(made) => made && onMade(made)}
    >
      {old ? (
        <p>
          用户名 <strong>{old.username}</strong>
        </p>
      ) : (
        <Form.Item
          name="username"
          label="用户名"
          htmlFor="staff-username"
          extra="用于登录,保存后不能修改。"
          rules={[zodRule((username) => staffFields.username.safeParse(username ?? ''))]}
        >
          <Input id="staff-username" autoCapitalize="none" spellCheck={false} maxLength={30} />
        </Form.Item>
      )}
      <Form.Item
        name="name"
        label="姓名"
        htmlFor="staff-name"
        rules={[zodRule((name) => staffFields.name.safeParse(name))]}
      >
        <Input id="staff-name" maxLength={50} />
      </Form.Item>
      {own ? (
        <p>不能修改自己的角色和所属单位。</p>
      ) : (
        <PlaceFields ownSiteOnly={ownSiteOnly} known={old ? siteOf(old) : undefined} />
      )}
    </AskModal>
  );
}

function placeOf({ role, siteCode, cityCode }: Person) {
  return { role, ...(siteCode ? { siteCode } : {}), ...(cityCode ? { cityCode } : {}) };
}

function siteOf({ siteCode, siteName }: Person) {
  return siteCode && siteName ? { code: siteCode, name: siteName } : undefined;
}

'use client';

import { ChangePassword } from '../../ui/change-password.tsx';
import { Hurdle } from '../hurdle.tsx';

/** The first sign-in with a password that somebody else has seen. */
export default function FirstPasswordPage() {
  return (
    <Hurdle title="首次登录,请修改密码" why="当前密码由他人设置。修改后才能继续使用。">
      {({ username, passwordLength }, onDone) => (
        <ChangePassword
          username={username}
          minLength={passwordLength}
          title="设置自己的密码"
          currentLabel="当前密码"
          onDone={onDone}
        />
      )}
    </Hurdle>
  );
}

'use client';

import { EnrolTotp } from '../../ui/enrol-totp.tsx';
import { Hurdle } from '../hurdle.tsx';

/** A sign-in of a role that needs a second factor, and has none yet. */
export default function FirstCodePage() {
  return (
    <Hurdle title="请启用两步验证" why="您的角色须启用两步验证后才能继续使用。">
      {(_, onDone) => <EnrolTotp onDone={onDone} />}
    </Hurdle>
  );
}

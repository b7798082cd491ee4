import { Form, InputNumber } from 'antd';
import { rotateCredentialInput } from '../../../server/exchange/schema.ts';
import { api } from '../../ui/api.ts';
import { AskModal } from '../ask-modal.tsx';
import { zodRule } from '../zod-rule.ts';
import { madeCredential } from './made-credential.ts';
import styles from './platforms.module.css';
import type { MadeSecret } from './secret-modal.tsx';

const DEFAULTS = { overlapHours: 24 };

interface Props {
  /** Whose secret is changed; null while none is. */
  appId: string | null;
  onMade: (made: MadeSecret) => void;
  onTried: () => void;
  onClose: () => void;
}

/** Gives a credential a new secret, and asks how long the old one still holds. */
export function RotateModal({ appId, onMade, ...rest }: Props) {
  return (
    <AskModal
      {...rest}
      open={appId !== null}
      title="轮换密钥"
      okText="生成新密钥"
      initialValues={DEFAULTS}
      send={async ({ overlapHours }: typeof DEFAULTS) =>
        madeCredential(
          await api.exchange.rotateCredential.mutate(rotateCredentialInput.parse({ appId, overlapHours })),
          overlapHours,
        )
      }
      onDone={onMade}
    >
      <p>
        凭据 <strong>{appId}</strong>
      </p>
      <Form.Item
        name="overlapHours"
        label="旧密钥保留时间"
        htmlFor="overlap-hours"
        extra="0 至 720 小时,便于市级平台更换;填 0 则旧密钥立即失效。"
        rules={[zodRule((hours) => rotateCredentialInput.shape.overlapHours.safeParse(hours))]}
      >
        <InputNumber<number> id="overlap-hours" suffix="小时" className={styles.hours} />
      </Form.Item>
    </AskModal>
  );
}

import { Form, Input } from 'antd';
import { createCredentialInput } from '../../../server/exchange/schema.ts';
import { api } from '../../ui/api.ts';
import { AskModal } from '../ask-modal.tsx';
import { zodRule } from '../zod-rule.ts';
import type { MadeSecret } from './secret-modal.tsx';

interface Props {
  /** Whose credential it shall be; null while none is made. */
  city: { code: string; name: string } | null;
  onMade: (made: MadeSecret) => void;
  onTried: () => void;
  onClose: () => void;
}

/** Makes a credential for a city. */
export function CredentialModal({ city, onMade, ...rest }: Props) {
  return (
    <AskModal
      {...rest}
      open={city !== null}
      title="新增凭据"
      okText="生成凭据"
      send={({ label }: { label: string }) =>
        api.exchange.createCredential.mutate(createCredentialInput.parse({ cityCode: city?.code, label }))
      }
      onDone={(made) => onMade({ ...made, overlapHours: null })}
    >
      <p>
        城市 <strong>{city?.name}</strong>
      </p>
      <Form.Item
        name="label"
        label="用途"
        htmlFor="credential-label"
        rules={[zodRule((label) => createCredentialInput.shape.label.safeParse(label))]}
      >
        <Input id="credential-label" autoFocus maxLength={50} showCount placeholder="例如:正式上报、联调测试" />
      </Form.Item>
    </AskModal>
  );
}

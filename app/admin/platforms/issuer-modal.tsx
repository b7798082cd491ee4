import { Form, Input } from 'antd';
import { createIssuerInput } from '../../../server/issuers/schema.ts';
import { api } from '../../ui/api.ts';
import { AskModal } from '../ask-modal.tsx';
import { zodRule } from '../zod-rule.ts';
import { CityLine, LabelField } from './create-fields.tsx';
import { madeIssuer } from './made-issuer.ts';
import type { MadeSecret } from './secret-modal.tsx';

interface Props {
  /** Whose issuer it shall be; null while none is added. */
  city: { code: string; name: string } | null;
  onMade: (made: MadeSecret) => void;
  onTried: () => void;
  onClose: () => void;
}

/** Registers who makes dynamic codes for a city. */
export function IssuerModal({ city, onMade, ...rest }: Props) {
  return (
    <AskModal
      {...rest}
      open={city !== null}
      title="登记发码机构"
      okText="登记并生成密钥"
      send={(values: { code: string; label: string }) =>
        api.issuers.create.mutate(createIssuerInput.parse({ ...values, cityCode: city?.code }))
      }
      onDone={(made) => onMade(madeIssuer(made, 'first'))}
    >
      <CityLine name={city?.name} />
      <Form.Item
        name="code"
        label="机构标识"
        htmlFor="issuer-code"
        extra="动态码末段的机构标识,字母一律按大写;登记后不能更改,吊销后不能再次使用。"
        rules={[zodRule((code) => createIssuerInput.shape.code.safeParse(code))]}
      >
        <Input id="issuer-code" maxLength={64} spellCheck={false} placeholder="例如:GZAPP" />
      </Form.Item>
      <LabelField id="issuer-label" input={createIssuerInput} placeholder="例如:市民健康应用" />
    </AskModal>
  );
}

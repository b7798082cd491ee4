import { Form, Input } from 'antd';
import type { createCredentialInput } from '../../../server/exchange/schema.ts';
import type { createIssuerInput } from '../../../server/issuers/schema.ts';
import { zodRule } from '../zod-rule.ts';

/** For whom something is made. */
export function CityLine({ name }: { name: string | undefined }) {
  return (
    <p>
      城市 <strong>{name}</strong>
    </p>
  );
}

interface Props {
  id: string;
  input: typeof createCredentialInput | typeof createIssuerInput;
  placeholder: string;
}

/** What something is made for, in the words of who makes it. */
export function LabelField({ id, input, placeholder }: Props) {
  return (
    <Form.Item name="label" label="用途" htmlFor={id} rules={[zodRule((label) => input.shape.label.safeParse(label))]}>
      <Input id={id} maxLength={50} showCount placeholder={placeholder} />
    </Form.Item>
  );
}

import { Form, Input } from 'antd';
import { createCityInput } from '../../../server/exchange/schema.ts';
import { api } from '../../ui/api.ts';
import { AskModal } from '../ask-modal.tsx';
import { zodRule } from '../zod-rule.ts';

interface Props {
  open: boolean;
  onTried: () => void;
  onClose: () => void;
}

/** Adds a city's platform. */
export function CityModal(props: Props) {
  return (
    <AskModal
      {...props}
      title="新增城市"
      okText="新增"
      send={(values: { code: string }) => api.exchange.createCity.mutate(createCityInput.parse(values))}
    >
      <Form.Item
        name="code"
        label="城市编码"
        htmlFor="city-code"
        extra="行政区划代码前 4 位,例如 4401;城市名称由系统按代码表填写。"
        rules={[zodRule((code) => createCityInput.shape.code.safeParse(code ?? ''))]}
      >
        <Input id="city-code" inputMode="numeric" maxLength={4} />
      </Form.Item>
    </AskModal>
  );
}

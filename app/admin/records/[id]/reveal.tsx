import { EyeOutlined } from '@ant-design/icons';
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { revealRecordInput } from '../../../../server/records/schema.ts';
import { api } from '../../../ui/api.ts';
import { AskModal } from '../../ask-modal.tsx';
import { zodRule } from '../../zod-rule.ts';
import type { Fields } from './fields.ts';

interface Props {
  id: string;
  onRevealed: (fields: Fields) => void;
}

/** Shows what is masked, once it was said why. */
export function Reveal({ id, onRevealed }: Props) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button icon={<EyeOutlined aria-hidden />} onClick={() => setAsking(true)}>
        查看完整信息
      </Button>
      <AskModal<{ reason: string }, Fields>
        open={asking}
        title="查看完整信息"
        okText="查看"
        send={({ reason }) => api.records.reveal.mutate(revealRecordInput.parse({ id, reason }))}
        onDone={onRevealed}
        onTried={() => {}}
        onClose={() => setAsking(false)}
      >
        <p>查看人、时间和原因会记入审计记录。</p>
        <Form.Item
          name="reason"
          label="查看原因"
          rules={[zodRule((reason) => revealRecordInput.shape.reason.safeParse(reason))]}
        >
          <Input.TextArea rows={3} maxLength={100} showCount placeholder="请勿填写居民的个人信息" />
        </Form.Item>
      </AskModal>
    </>
  );
}

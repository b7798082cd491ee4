import { Button } from 'antd';
import { useState } from 'react';
import { api } from '../../ui/api.ts';
import type { Answers } from '../answers.ts';
import { AskModal } from '../ask-modal.tsx';

interface Props {
  /** How many records are refused by now. */
  total: number;
  /** @param told what became of them, in words */
  onDone(told: string): void;
  onTried(): void;
}

/** Says everything again that was refused, for when the reason of all of it is gone. */
export function RetryAll({ total, onDone, onTried }: Props) {
  const [asked, setAsked] = useState(false);
  return (
    <>
      {total > 0 && <Button onClick={() => setAsked(true)}>全部重新上报</Button>}
      <AskModal
        open={asked}
        title="全部重新上报"
        okText="确认重新上报"
        send={() => api.city.retryAll.mutate()}
        onDone={(answer) => onDone(told(answer))}
        onTried={onTried}
        onClose={() => setAsked(false)}
      >
        <p>被拒绝的 {total.toLocaleString('zh-CN')} 条记录将按居民目前的信息重新加入上报。</p>
        <p>请先确认拒绝原因已经消除,否则会再次被拒绝。</p>
      </AskModal>
    </>
  );
}

function told({ said, dropped }: Answers['city']['retryAll']): string {
  const again = `已按居民目前的信息重新加入上报 ${said.toLocaleString('zh-CN')} 条`;
  return dropped > 0 ? `${again};另有 ${dropped.toLocaleString('zh-CN')} 条无须再上报` : again;
}

import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { FILING_MOVES, type FilingMove, moveFilingInput } from '../../../../server/filings/schema.ts';
import { api } from '../../../ui/api.ts';
import { AskModal } from '../../ask-modal.tsx';
import { zodRule } from '../../zod-rule.ts';
import styles from '../filings.module.css';
import type { Opened } from './page.tsx';

/** What each move means, for whoever is about to make it. */
const CONSEQUENCES: Record<FilingMove, string> = {
  submit: '提交后不能再修改,除非撤回。',
  recall: '撤回后可以修改;已上传的盖章件作废,需重新打印盖章。',
  hand_in: '交回后由省级平台审核。',
  return: '退回后由城市修改,重新提交并盖章。',
  refuse: '不予备案后本申请结束;城市可以另行申请。',
  approve: '同意后生成应用备案号和接入组件入网编码,该应用上传的记录开始被接收。',
  revoke: '撤销后立即生效:经该应用认证的居民不再视为已实名认证,其上传的记录不再被接收。此操作不能恢复。',
};
const DANGEROUS: FilingMove[] = ['refuse', 'revoke'];

/** The moves that may be made now, each asked for once more. */
export function Moves({ filing, onTried }: { filing: Opened; onTried: () => void }) {
  const [asked, setAsked] = useState<FilingMove | null>(null);
  // A draft is submitted below its form, once it was saved.
  const moves = filing.may.moves.filter((move) => move !== 'submit');
  if (moves.length === 0) return null;
  const rule = asked && FILING_MOVES[asked];
  return (
    <div className={styles.actions}>
      {moves.map((move) => (
        <Button
          key={move}
          type={move === 'approve' || move === 'hand_in' ? 'primary' : 'default'}
          danger={DANGEROUS.includes(move)}
          onClick={() => setAsked(move)}
        >
          {FILING_MOVES[move].label}
        </Button>
      ))}
      <AskModal<{ opinion?: string }, unknown>
        open={asked !== null}
        title={rule?.label ?? ''}
        okText={`确认${rule?.label ?? ''}`}
        danger={asked !== null && DANGEROUS.includes(asked)}
        send={({ opinion }) => api.filings.move.mutate(moveFilingInput.parse({ id: filing.id, move: asked, opinion }))}
        onTried={onTried}
        onClose={() => setAsked(null)}
      >
        <p>{asked && CONSEQUENCES[asked]}</p>
        {rule?.opinion && (
          <Form.Item
            name="opinion"
            label={asked === 'revoke' ? '撤销原因' : '管理单位意见'}
            rules={[zodRule((opinion) => moveFilingInput.safeParse({ id: filing.id, move: asked, opinion }))]}
          >
            <Input.TextArea rows={4} maxLength={500} showCount />
          </Form.Item>
        )}
      </AskModal>
    </div>
  );
}

import { Tag } from 'antd';
import { FILING_STATES, type FilingState } from '../../../server/filings/schema.ts';

const COLORS: Record<FilingState, string> = {
  draft: 'default',
  submitted: 'processing',
  handed_in: 'warning',
  returned: 'warning',
  refused: 'error',
  approved: 'success',
  revoked: 'error',
};

export function StateTag({ state }: { state: FilingState }) {
  return <Tag color={COLORS[state]}>{FILING_STATES[state]}</Tag>;
}

import { Tag } from 'antd';
import { RECORD_STATES, type RecordState } from '../../../server/records/schema.ts';

const COLOURS: Record<RecordState, string> = {
  authenticated: 'success',
  unauthenticated: 'default',
  withdrawn: 'error',
};

/** Whether a record authenticates its resident; a withdrawn one never does. */
export function StateTag({ state }: { state: RecordState }) {
  return <Tag color={COLOURS[state]}>{RECORD_STATES[state]}</Tag>;
}

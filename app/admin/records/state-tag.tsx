import { Tag } from 'antd';

/** Whether a record authenticates its resident; a withdrawn one never does. */
export function StateTag({ recognizeFlag, withdrawn }: { recognizeFlag: number; withdrawn: boolean }) {
  if (withdrawn) return <Tag color="error">已撤销</Tag>;
  return recognizeFlag === 1 ? <Tag color="success">已认证</Tag> : <Tag>未认证</Tag>;
}

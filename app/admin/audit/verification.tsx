import { SafetyCertificateOutlined } from '@ant-design/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Card, Progress } from 'antd';
import { api, toProblem } from '../../ui/api.ts';
import type { Answers } from '../answers.ts';
import styles from './audit.module.css';
import { FAULTS } from './words.ts';

type State = Answers['audit']['verification'];

const KEY = ['audit.verification'];
const figure = (count: number) => count.toLocaleString('zh-CN');

/** Whether the trail is as it was written: starts a check on the server, and tells how it goes and what it found. */
export function Verification() {
  const queries = useQueryClient();
  const asked = useQuery({
    queryKey: KEY,
    queryFn: () => api.audit.verification.query(),
    refetchInterval: ({ state: { data } }) => (data?.state === 'running' ? 1000 : false),
  });
  const told = { onSuccess: (state: State) => queries.setQueryData(KEY, state) };
  const start = useMutation({ mutationFn: () => api.audit.verify.mutate(), ...told });
  const cancel = useMutation({ mutationFn: () => api.audit.cancelVerification.mutate(), ...told });

  const state = asked.data;
  const running = state?.state === 'running';
  const error = start.error ?? cancel.error ?? asked.error;
  return (
    <Card size="small">
      <div className={styles.check}>
        <p>审计记录只增不改,至少保存 180 天。校验可发现被改动、删除、添加或移出索引的记录。</p>
        {running ? (
          <Button loading={cancel.isPending} onClick={() => cancel.mutate()}>
            取消校验
          </Button>
        ) : (
          <Button
            icon={<SafetyCertificateOutlined aria-hidden />}
            loading={start.isPending}
            disabled={!state}
            onClick={() => start.mutate()}
          >
            校验
          </Button>
        )}
      </div>
      <div aria-live="polite">{state && <Found state={state} />}</div>
      {error && <Alert type="error" showIcon role="alert" title={toProblem(error).message} className={styles.found} />}
    </Card>
  );
}

function Found({ state }: { state: State }) {
  switch (state.state) {
    case 'none':
      return null;
    case 'running': {
      const { checked, total } = state;
      return (
        <div className={styles.found}>
          <Progress
            percent={total > 0 ? Math.floor((checked / total) * 100) : 0}
            status="active"
            aria-label="校验进度"
          />
          <span>{total > 0 ? `已校验 ${figure(checked)} / ${figure(total)} 条` : '正在开始…'}</span>
        </div>
      );
    }
    case 'whole':
      return (
        <Alert
          type="success"
          showIcon
          className={styles.found}
          title={`审计记录完整,共 ${figure(state.count)} 条,末条校验值 ${state.head}`}
          description={`校验时间 ${state.at}`}
        />
      );
    case 'broken':
      return (
        <Alert
          type="error"
          showIcon
          className={styles.found}
          title={`审计记录从第 ${state.row} 条起被破坏:${FAULTS[state.fault]}`}
          description={`校验时间 ${state.at}`}
        />
      );
    case 'failed':
      return (
        <Alert
          type="warning"
          showIcon
          className={styles.found}
          title="校验没有完成,请稍后再试"
          description={`中断时间 ${state.at}`}
        />
      );
  }
}

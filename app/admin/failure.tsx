import { Button, Result } from 'antd';
import Link from 'next/link';
import { isPassing, toProblem } from '../ui/api.ts';
import { useWayOut } from '../ui/use-me.ts';

interface Props {
  error: unknown;
  onRetry?: () => void;
  retrying?: boolean;
}

/** In place of what could not be loaded: why, and what can be done. */
export function Failure({ error, onRetry, retrying = false }: Props) {
  const { kind, code, message } = toProblem(error);
  useWayOut(error);

  const status = code === 'FORBIDDEN' ? '403' : kind === 'server' || kind === 'storage' ? 'error' : 'warning';
  return (
    <div role="alert">
      <Result
        status={status}
        title={message}
        extra={
          isPassing(error) && onRetry ? (
            <Button type="primary" loading={retrying} onClick={onRetry}>
              重试
            </Button>
          ) : code === 'FORBIDDEN' ? (
            <Link href="/admin">返回首页</Link>
          ) : null
        }
      />
    </div>
  );
}

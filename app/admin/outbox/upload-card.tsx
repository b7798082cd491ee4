import { Alert, Card, Statistic, Tag } from 'antd';
import type { Answers } from '../answers.ts';
import styles from './outbox.module.css';

type Outbox = Answers['city']['outbox'];

const RED = { color: 'var(--stop)' };

/** How many rows are where, and how the uploads go. */
export function UploadCard({ counts, upload }: Pick<Outbox, 'counts' | 'upload'>) {
  const { lastSuccessAt, lastError, nextTryAt } = upload;
  const figures = [
    { title: '待上报', value: counts.waiting },
    { title: '已发送待回执', value: counts.sent },
    { title: '被拒绝', value: counts.refused, styles: counts.refused > 0 ? { content: RED } : undefined },
    { title: '今日已接收', value: counts.accepted },
  ];
  return (
    <Card
      size="small"
      title="上报情况"
      extra={lastError ? <Tag color="error">上报中断</Tag> : <Tag color="success">上报正常</Tag>}
    >
      <div className={styles.figures}>
        {figures.map((figure) => (
          <Statistic key={figure.title} {...figure} />
        ))}
      </div>
      <p className={styles.times}>
        <span>最近一次上报成功:{lastSuccessAt ? lastSuccessAt : '本次启动后还没有'}</span>
        <span>{nextTryAt ? `下次上报:${nextTryAt}` : '正在上报…'}</span>
      </p>
      {lastError && (
        <Alert
          type="error"
          showIcon
          role="alert"
          className={styles.told}
          title={`上报失败:${lastError.message}`}
          description={`自 ${lastError.since} 起未能上报,最近一次尝试 ${lastError.at}。记录保留在本系统,恢复后自动补报,不会丢失或重复。`}
        />
      )}
    </Card>
  );
}

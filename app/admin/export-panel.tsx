import { DownloadOutlined } from '@ant-design/icons';
import { Alert, Button, Card, Dropdown, Progress, Tag } from 'antd';
import { type ExportFormat, type ExportJob, type ExportState, FORMATS } from '../../server/exports/schema.ts';
import { toProblem } from '../ui/api.ts';
import styles from './export-panel.module.css';
import type { ExportsOfPage } from './use-exports.ts';

const ITEMS = Object.entries(FORMATS).map(([key, label]) => ({ key, label: `导出为 ${label}` }));
const STATES: Record<ExportState, { word: string; colour: string }> = {
  running: { word: '正在导出', colour: 'processing' },
  done: { word: '已完成', colour: 'success' },
  failed: { word: '失败', colour: 'error' },
  cancelled: { word: '已取消', colour: 'default' },
};

interface ButtonProps {
  exports: ExportsOfPage;
  onStart: (format: ExportFormat) => void;
}

/** Begins an export of what the page's filter shows. */
export function ExportButton({ exports: { start, running }, onStart }: ButtonProps) {
  return (
    <Dropdown
      trigger={['click']}
      menu={{ items: ITEMS, onClick: ({ key }) => onStart(key as ExportFormat) }}
      disabled={running}
    >
      <Button icon={<DownloadOutlined aria-hidden />} loading={start.isPending} disabled={running}>
        导出
      </Button>
    </Dropdown>
  );
}

/** The page's exports, with how far each is; nothing while there are none. */
export function ExportPanel({ exports: { jobs, start, cancel } }: { exports: ExportsOfPage }) {
  const problem = start.error ?? cancel.error;
  if (jobs.length === 0 && !problem) return null;
  return (
    <Card size="small" title="导出任务" role="region" aria-label="导出任务">
      {problem && <Alert type="error" showIcon role="alert" title={toProblem(problem).message} />}
      <ul className={styles.jobs}>
        {jobs.map((job) => (
          <Job key={job.id} job={job} onCancel={() => cancel.mutate(job.id)} />
        ))}
      </ul>
      <p className={styles.hint}>导出内容不含完整的个人信息。文件保留一小时,最多保留最近 5 个。</p>
    </Card>
  );
}

function Job({ job, onCancel }: { job: ExportJob; onCancel: () => void }) {
  const { word, colour } = STATES[job.state];
  const percent = job.total ? Math.floor((job.rows / job.total) * 100) : 0;
  return (
    <li>
      <Tag color={colour}>{word}</Tag>
      <span className={styles.when}>
        {FORMATS[job.format]} {job.startedAt}
      </span>
      {job.state === 'running' && (
        <>
          <Progress
            className={styles.progress}
            percent={percent}
            status="active"
            showInfo={job.total !== null}
            size="small"
            aria-label="导出进度"
          />
          <span className={styles.rows}>
            {job.total === null
              ? `已写 ${job.rows.toLocaleString()} 条`
              : `${job.rows.toLocaleString()} / ${job.total.toLocaleString()} 条`}
          </span>
          <Button size="small" onClick={onCancel}>
            取消
          </Button>
        </>
      )}
      {job.state === 'done' && (
        <>
          <span className={styles.rows}>共 {job.rows.toLocaleString()} 条</span>
          <a href={`/api/exports/${job.id}/file`} download>
            下载
          </a>
        </>
      )}
      {job.problem && <span>{job.problem}</span>}
    </li>
  );
}

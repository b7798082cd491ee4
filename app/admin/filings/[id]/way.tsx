import { Card, Empty, Timeline } from 'antd';
import styles from '../filings.module.css';
import { StateTag } from '../state-tag.tsx';
import type { Opened } from './page.tsx';

/** Every move of a filing, in the order they were made. */
export function Way({ filing }: { filing: Opened }) {
  return (
    <Card title="办理过程">
      {filing.moves.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="尚未提交" />}
      <Timeline
        items={filing.moves.map(({ id, at, label, to, version, actorName, opinion }) => ({
          key: id,
          content: (
            <>
              <strong>{label}</strong>(第 {version} 版) <StateTag state={to} />
              <br />
              <small>
                {at} {actorName}
              </small>
              {opinion && <p className={styles.text}>{opinion}</p>}
            </>
          ),
        }))}
      />
    </Card>
  );
}

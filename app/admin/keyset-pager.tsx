import { LeftOutlined, ReloadOutlined, RightOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import styles from './keyset.module.css';
import type { Keyset } from './use-keyset.ts';

/** Back, forth and again. There is no last page to jump to: lists by key don't count what is in them. */
export function KeysetPager({ list }: { list: Keyset<unknown> }) {
  return (
    <nav className={styles.pager} aria-label="分页">
      <Button icon={<ReloadOutlined aria-hidden />} disabled={list.busy} onClick={list.refresh}>
        刷新
      </Button>
      <span className={styles.steps}>
        <Button
          icon={<LeftOutlined aria-hidden />}
          disabled={list.busy || !list.previous}
          onClick={() => list.previous?.()}
        >
          上一页
        </Button>
        <span aria-live="polite">第 {list.number} 页</span>
        <Button
          icon={<RightOutlined aria-hidden />}
          iconPlacement="end"
          disabled={list.busy || !list.next}
          onClick={() => list.next?.()}
        >
          下一页
        </Button>
      </span>
    </nav>
  );
}

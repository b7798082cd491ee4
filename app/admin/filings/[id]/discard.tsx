import { Button } from 'antd';
import { useRouter } from 'next/navigation';
import { useRef, useState } from 'react';
import { api } from '../../../ui/api.ts';
import { AskModal } from '../../ask-modal.tsx';
import styles from '../filings.module.css';
import type { Opened } from './page.tsx';

/** Deletes a draft that was never submitted, and leads back to the list. */
export function Discard({ filing, onFailed }: { filing: Opened; onFailed: () => void }) {
  const [asked, setAsked] = useState(false);
  const discarded = useRef(false);
  const router = useRouter();
  return (
    <div className={styles.actions}>
      <Button danger onClick={() => setAsked(true)}>
        删除草稿
      </Button>
      <AskModal
        open={asked}
        title="删除草稿"
        okText="确认删除"
        danger
        send={() => api.filings.discard.mutate({ id: filing.id })}
        onDone={() => {
          discarded.current = true;
          router.push('/admin/filings');
        }}
        // What was deleted can't be asked for again.
        onTried={() => discarded.current || onFailed()}
        onClose={() => setAsked(false)}
      >
        <p>
          <strong>{filing.form.appName || '(未填写应用名称)'}</strong>
        </p>
        <p>草稿和已上传的图片一并删除,不能恢复。</p>
      </AskModal>
    </div>
  );
}

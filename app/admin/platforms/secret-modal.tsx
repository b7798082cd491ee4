import { Alert, Button, Descriptions, Modal } from 'antd';
import { Copyable } from '../copyable.tsx';
import styles from './platforms.module.css';

export interface MadeSecret {
  title: string;
  /** Whose secret it is. */
  holder: { label: string; name: string };
  secret: string;
  /** Who is to keep it, and what is left to do when it gets lost. */
  advice: string;
  /** What else has changed by it. */
  note?: string;
}

interface Props {
  made: MadeSecret | null;
  onClose: () => void;
}

/** Shows a new secret, this once: it closes by its button only. */
export function SecretModal({ made, onClose }: Props) {
  const items = made
    ? [
        { key: 'holder', label: made.holder.label, children: <Copyable text={made.holder.name} /> },
        { key: 'secret', label: '密钥', children: <Copyable text={made.secret} /> },
      ]
    : [];
  return (
    <Modal
      // While it fades, it still needs a name.
      title={made?.title ?? '密钥'}
      open={made !== null}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      width={600}
      footer={
        <Button type="primary" onClick={onClose}>
          我已妥善保存
        </Button>
      }
      destroyOnHidden
    >
      <Alert type="warning" showIcon title="密钥只显示这一次" description={made?.advice} />
      <Descriptions
        bordered
        size="small"
        column={1}
        items={items}
        styles={{ label: { whiteSpace: 'nowrap' } }}
        className={styles.made}
      />
      {made?.note && <p className={styles.note}>{made.note}</p>}
    </Modal>
  );
}

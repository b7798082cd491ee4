import { Alert, Button, Descriptions, Modal } from 'antd';
import { Copyable } from '../copyable.tsx';
import styles from './platforms.module.css';

export interface MadeSecret {
  appId: string;
  secret: string;
  /** How long the secret before still holds; null when there was none. */
  overlapHours: number | null;
}

interface Props {
  made: MadeSecret | null;
  onClose: () => void;
}

/** Shows a new secret, this once: it closes by its button only. */
export function SecretModal({ made, onClose }: Props) {
  const items = made
    ? [
        { key: 'app', label: 'App ID', children: <Copyable text={made.appId} /> },
        { key: 'secret', label: '密钥', children: <Copyable text={made.secret} /> },
      ]
    : [];
  return (
    <Modal
      title={made?.overlapHours == null ? '凭据已生成' : '新密钥已生成'}
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
      <Alert
        type="warning"
        showIcon
        title="密钥只显示这一次"
        description="请立即复制并交给市级平台妥善保存。关闭后无法再次查看,遗失时只能轮换密钥。"
      />
      <Descriptions
        bordered
        size="small"
        column={1}
        items={items}
        styles={{ label: { whiteSpace: 'nowrap' } }}
        className={styles.made}
      />
      {made?.overlapHours != null && (
        <p className={styles.overlap}>
          {made.overlapHours > 0 ? `旧密钥 ${made.overlapHours} 小时后失效。` : '旧密钥已立即失效。'}
        </p>
      )}
    </Modal>
  );
}

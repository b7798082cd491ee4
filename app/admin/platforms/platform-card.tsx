import { Button, Card } from 'antd';
import type { Answers } from '../answers.ts';
import { FLUSH } from '../flush.ts';
import { HeldTable } from './held-table.tsx';
import styles from './platforms.module.css';
import type { Revocable } from './revoke-modal.tsx';
import type { Issuer } from './rotate-issuer-modal.tsx';

export type Platform = Answers['exchange']['platforms'][number];
type Credential = Platform['credentials'][number];

interface Props {
  platform: Platform;
  /** Of this city. */
  issuers: Issuer[];
  onCreate: (city: Platform) => void;
  onRotate: (appId: string) => void;
  onRegister: (city: Platform) => void;
  onRotateIssuer: (issuer: Issuer) => void;
  onRevoke: (what: Revocable) => void;
}

/** A city with its credentials, and with who makes dynamic codes for it. */
export function PlatformCard(props: Props) {
  const { platform, issuers, onCreate, onRotate, onRegister, onRotateIssuer, onRevoke } = props;
  const revoke = (what: Revocable) => (
    <Button type="link" danger size="small" onClick={() => onRevoke(what)}>
      吊销
    </Button>
  );
  return (
    <Card
      size="small"
      title={
        <>
          {platform.name} <span className={styles.code}>{platform.code}</span>
        </>
      }
      styles={FLUSH}
      className={styles.card}
      role="region"
      aria-label={platform.name}
    >
      <HeldTable<Credential>
        title="接入凭据"
        rows={platform.credentials}
        rowKey="appId"
        headings={{ name: '编号(App ID)', created: '创建时间' }}
        addText="新增凭据"
        onAdd={() => onCreate(platform)}
        actions={({ appId }) => (
          <>
            <Button type="link" size="small" onClick={() => onRotate(appId)}>
              轮换密钥
            </Button>
            {revoke({ kind: 'credential', name: appId })}
          </>
        )}
        empty="还没有接入凭据"
      />
      <HeldTable<Issuer>
        title="发码机构"
        rows={issuers}
        rowKey="code"
        headings={{ name: '机构标识', created: '登记时间' }}
        addText="登记机构"
        onAdd={() => onRegister(platform)}
        actions={(issuer) => (
          <>
            <Button type="link" size="small" onClick={() => onRotateIssuer(issuer)}>
              更换密钥
            </Button>
            {revoke({ kind: 'issuer', name: issuer.code })}
          </>
        )}
        empty="还没有发码机构"
      />
    </Card>
  );
}

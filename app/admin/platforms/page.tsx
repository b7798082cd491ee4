'use client';

import { PlusOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Button, Card, Empty, Skeleton } from 'antd';
import Link from 'next/link';
import { useState } from 'react';
import { useMe } from '../../ui/use-me.ts';
import { Failure } from '../failure.tsx';
import { PageFrame } from '../page-frame.tsx';
import { PLATFORMS, usePlatforms } from '../use-platforms.ts';
import { CityModal } from './city-modal.tsx';
import { CredentialModal } from './credential-modal.tsx';
import { IssuerModal } from './issuer-modal.tsx';
import { type Platform, PlatformCard } from './platform-card.tsx';
import styles from './platforms.module.css';
import { type Revocable, RevokeModal } from './revoke-modal.tsx';
import { type Issuer, RotateIssuerModal } from './rotate-issuer-modal.tsx';
import { RotateModal } from './rotate-modal.tsx';
import { type MadeSecret, SecretModal } from './secret-modal.tsx';
import { ISSUERS, useIssuers } from './use-issuers.ts';

/** The cities' platforms, their credentials and who makes their dynamic codes: all for the province, its own for a city. */
export default function PlatformsPage() {
  const { data: me } = useMe();
  const platforms = usePlatforms();
  const issuers = useIssuers();
  const queries = useQueryClient();
  const [addingCity, setAddingCity] = useState(false);
  const [creating, setCreating] = useState<Platform | null>(null);
  const [rotating, setRotating] = useState<string | null>(null);
  const [registering, setRegistering] = useState<Platform | null>(null);
  const [rotatingIssuer, setRotatingIssuer] = useState<Issuer | null>(null);
  const [revoking, setRevoking] = useState<Revocable | null>(null);
  const [made, setMade] = useState<MadeSecret | null>(null);
  const refresh = () => {
    for (const queryKey of [PLATFORMS, ISSUERS]) void queries.invalidateQueries({ queryKey });
  };

  const error = platforms.error ?? issuers.error;
  const ready = platforms.data && issuers.data;
  const addCity = me?.role === 'province' && ready && (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAddingCity(true)}>
      新增城市
    </Button>
  );
  return (
    <PageFrame title="平台" actions={addCity} error={error}>
      <p className={styles.help}>
        市级平台凭 App ID 和密钥上传批次,接入方法见
        <Link href="/exchange/docs" prefetch={false}>
          接口文档
        </Link>
        ;发码机构凭密钥生成动态码。
      </p>
      {error && (
        <Card>
          <Failure error={error} onRetry={refresh} retrying={platforms.isFetching || issuers.isFetching} />
        </Card>
      )}
      {!ready && !error && (
        <Card aria-busy aria-label="正在读取平台">
          <Skeleton active paragraph={{ rows: 6 }} />
        </Card>
      )}
      {ready && platforms.data.length === 0 && (
        <Card>
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="还没有城市平台" />
        </Card>
      )}
      {ready &&
        platforms.data.map((platform) => (
          <PlatformCard
            key={platform.code}
            platform={platform}
            issuers={issuers.data.filter(({ cityCode }) => cityCode === platform.code)}
            onCreate={setCreating}
            onRotate={setRotating}
            onRegister={setRegistering}
            onRotateIssuer={setRotatingIssuer}
            onRevoke={setRevoking}
          />
        ))}
      <CityModal open={addingCity} onTried={refresh} onClose={() => setAddingCity(false)} />
      <CredentialModal city={creating} onMade={setMade} onTried={refresh} onClose={() => setCreating(null)} />
      <RotateModal appId={rotating} onMade={setMade} onTried={refresh} onClose={() => setRotating(null)} />
      <IssuerModal city={registering} onMade={setMade} onTried={refresh} onClose={() => setRegistering(null)} />
      <RotateIssuerModal
        issuer={rotatingIssuer}
        onMade={setMade}
        onTried={refresh}
        onClose={() => setRotatingIssuer(null)}
      />
      <RevokeModal what={revoking} onTried={refresh} onClose={() => setRevoking(null)} />
      <SecretModal made={made} onClose={() => setMade(null)} />
    </PageFrame>
  );
}

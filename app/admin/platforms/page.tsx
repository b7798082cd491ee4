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
import { type Platform, PlatformCard } from './platform-card.tsx';
import styles from './platforms.module.css';
import { RevokeModal } from './revoke-modal.tsx';
import { RotateModal } from './rotate-modal.tsx';
import { type MadeSecret, SecretModal } from './secret-modal.tsx';

/** The cities' platforms and their credentials: all of them for the province, its own for a city. */
export default function PlatformsPage() {
  const { data: me } = useMe();
  const platforms = usePlatforms();
  const queries = useQueryClient();
  const [addingCity, setAddingCity] = useState(false);
  const [creating, setCreating] = useState<Platform | null>(null);
  const [rotating, setRotating] = useState<string | null>(null);
  const [revoking, setRevoking] = useState<string | null>(null);
  const [made, setMade] = useState<MadeSecret | null>(null);
  const refresh = () => void queries.invalidateQueries({ queryKey: PLATFORMS });

  const addCity = me?.role === 'province' && platforms.data && (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAddingCity(true)}>
      新增城市
    </Button>
  );
  return (
    <PageFrame title="平台" actions={addCity} error={platforms.error}>
      <p className={styles.help}>
        市级平台凭 App ID 和密钥上传批次,接入方法见
        <Link href="/exchange/docs" prefetch={false}>
          接口文档
        </Link>
        。
      </p>
      {platforms.error && (
        <Card>
          <Failure error={platforms.error} onRetry={() => void platforms.refetch()} retrying={platforms.isFetching} />
        </Card>
      )}
      {platforms.isPending && (
        <Card aria-busy aria-label="正在读取平台">
          <Skeleton active paragraph={{ rows: 6 }} />
        </Card>
      )}
      {platforms.data?.length === 0 && (
        <Card>
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="还没有城市平台" />
        </Card>
      )}
      {platforms.data?.map((platform) => (
        <PlatformCard
          key={platform.code}
          platform={platform}
          onCreate={setCreating}
          onRotate={setRotating}
          onRevoke={setRevoking}
        />
      ))}
      <CityModal open={addingCity} onTried={refresh} onClose={() => setAddingCity(false)} />
      <CredentialModal city={creating} onMade={setMade} onTried={refresh} onClose={() => setCreating(null)} />
      <RotateModal appId={rotating} onMade={setMade} onTried={refresh} onClose={() => setRotating(null)} />
      <RevokeModal appId={revoking} onTried={refresh} onClose={() => setRevoking(null)} />
      <SecretModal made={made} onClose={() => setMade(null)} />
    </PageFrame>
  );
}

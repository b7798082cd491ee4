import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Card } from 'antd';
import { api, toProblem } from '../../../ui/api.ts';
import styles from '../filings.module.css';
import type { Opened } from './page.tsx';
import { FilingUpload } from './upload.tsx';

interface Props {
  filing: Opened;
  onTried: () => void;
}

const addressOf = (filing: Opened, fileId: string) => `/api/filings/${filing.id}/files/${fileId}`;

/** 实名认证界面设计: the pictures of the form. */
export function Screens({ filing, onTried }: Props) {
  return (
    <Card title="实名认证界面设计">
      <ul className={styles.pictures}>
        {filing.screens.map((fileId, n) => (
          <li key={fileId}>
            <a href={addressOf(filing, fileId)} target="_blank" rel="noreferrer">
              {/* biome-ignore lint/performance/noImgElement: the server hands the picture to its readers only, not to Next's optimizer */}
              <img src={addressOf(filing, fileId)} alt={`实名认证界面 ${n + 1}`} />
            </a>
            {filing.may.edit && (
              <RemoveButton filing={filing} fileId={fileId} name={`界面 ${n + 1}`} onTried={onTried} />
            )}
          </li>
        ))}
      </ul>
      {filing.screens.length === 0 && <p className={styles.hint}>还没有图片</p>}
      {filing.may.edit && (
        <>
          <p className={styles.hint}>PNG 或 JPEG,每张不超过 5 MB,最多 9 张。图片中的拍摄地点等信息会被去除。</p>
          <FilingUpload id={filing.id} kind="screen" label="上传图片" onTried={onTried} />
        </>
      )}
    </Card>
  );
}

/** 盖章件: the printed form as it came back with its stamp. */
export function Stamped({ filing, onTried }: Props) {
  const open = filing.may.moves.includes('hand_in');
  if (!open && filing.stamped.length === 0) return null;
  const names = new Map(filing.files.map((file) => [file.id, file.name]));
  return (
    <Card title="盖章件">
      <ul className={styles.files}>
        {filing.stamped.map((fileId, n) => (
          <li key={fileId}>
            <a href={addressOf(filing, fileId)} target="_blank" rel="noreferrer">
              {names.get(fileId) ?? `盖章件 ${n + 1}`}
            </a>
            {open && <RemoveButton filing={filing} fileId={fileId} name={`盖章件 ${n + 1}`} onTried={onTried} />}
          </li>
        ))}
      </ul>
      {open && (
        <>
          <p className={styles.hint}>打印申请表,盖章后扫描上传(PDF、PNG 或 JPEG,不超过 20 MB),再交回省级平台审核。</p>
          <FilingUpload id={filing.id} kind="stamped" label="上传盖章件" onTried={onTried} />
        </>
      )}
    </Card>
  );
}

function RemoveButton({ filing, fileId, name, onTried }: Props & { fileId: string; name: string }) {
  const removing = useMutation({
    mutationFn: () => api.filings.removeFile.mutate({ id: filing.id, fileId }),
    onSettled: onTried,
  });
  return (
    <>
      <Button
        type="link"
        danger
        size="small"
        aria-label={`移除${name}`}
        loading={removing.isPending}
        onClick={() => removing.mutate()}
      >
        移除
      </Button>
      {removing.error && <Alert type="error" role="alert" title={toProblem(removing.error).message} />}
    </>
  );
}

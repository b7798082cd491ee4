import { revokeCredentialInput } from '../../../server/exchange/schema.ts';
import { api } from '../../ui/api.ts';
import { AskModal } from '../ask-modal.tsx';

interface Props {
  /** What is revoked; null while nothing is. */
  appId: string | null;
  onTried: () => void;
  onClose: () => void;
}

/** Ends a credential, once that was confirmed. */
export function RevokeModal({ appId, ...rest }: Props) {
  return (
    <AskModal
      {...rest}
      open={appId !== null}
      title="吊销凭据"
      okText="确认吊销"
      danger
      send={() => api.exchange.revokeCredential.mutate(revokeCredentialInput.parse({ appId }))}
    >
      <p>
        凭据 <strong>{appId}</strong>
      </p>
      <p>吊销后,使用该凭据的上传立即停止,且不能恢复。已经上传的数据不受影响。</p>
    </AskModal>
  );
}

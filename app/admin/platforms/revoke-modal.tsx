import { revokeCredentialInput } from '../../../server/exchange/schema.ts';
import { revokeIssuerInput } from '../../../server/issuers/schema.ts';
import { api } from '../../ui/api.ts';
import { AskModal } from '../ask-modal.tsx';

const KINDS = {
  credential: {
    noun: '凭据',
    title: '吊销凭据',
    effect: '吊销后,使用该凭据的上传立即停止,且不能恢复。已经上传的数据不受影响。',
    send: (appId: string) => api.exchange.revokeCredential.mutate(revokeCredentialInput.parse({ appId })),
  },
  issuer: {
    noun: '发码机构',
    title: '吊销发码机构',
    effect: '吊销后,从下一次扫码起该机构的动态码一律被拒绝,且不能恢复;其机构标识也不能再次登记。',
    send: (code: string) => api.issuers.revoke.mutate(revokeIssuerInput.parse({ code })),
  },
} as const;

export interface Revocable {
  kind: keyof typeof KINDS;
  name: string;
}

interface Props {
  /** What is revoked; null while nothing is. */
  what: Revocable | null;
  onTried: () => void;
  onClose: () => void;
}

/** Ends a credential or an issuer, once that was confirmed. */
export function RevokeModal({ what, ...rest }: Props) {
  const { noun, title, effect, send } = KINDS[what?.kind ?? 'credential'];
  return (
    <AskModal {...rest} open={what !== null} title={title} okText="确认吊销" danger send={() => send(what?.name ?? '')}>
      <p>
        {noun} <strong>{what?.name}</strong>
      </p>
      <p>{effect}</p>
    </AskModal>
  );
}

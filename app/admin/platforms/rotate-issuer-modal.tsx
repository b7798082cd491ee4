import { ROTATION_HOURS, rotateIssuerInput } from '../../../server/issuers/schema.ts';
import { api } from '../../ui/api.ts';
import type { Answers } from '../answers.ts';
import { AskModal } from '../ask-modal.tsx';
import { madeIssuer } from './made-issuer.ts';
import type { MadeSecret } from './secret-modal.tsx';

export type Issuer = Answers['issuers']['list'][number];

interface Props {
  /** Whose secret is changed; null while none is. */
  issuer: Issuer | null;
  onMade: (made: MadeSecret) => void;
  onTried: () => void;
  onClose: () => void;
}

/** Gives an issuer a new secret, once that was confirmed. */
export function RotateIssuerModal({ issuer, onMade, ...rest }: Props) {
  return (
    <AskModal
      {...rest}
      open={issuer !== null}
      title="更换发码机构密钥"
      okText="生成新密钥"
      send={() => api.issuers.rotate.mutate(rotateIssuerInput.parse({ code: issuer?.code }))}
      onDone={(made) => onMade(madeIssuer(made, 'rotated'))}
    >
      <p>
        发码机构 <strong>{issuer?.code}</strong>
      </p>
      <p>
        新密钥立即生效,只显示一次。现用密钥在 {ROTATION_HOURS}{' '}
        小时内仍可使用,便于机构更换;之后用它生成的动态码一律被拒绝。
      </p>
      {issuer?.formerUntil && <p>上次更换前的密钥原可用至 {issuer.formerUntil},本次更换后立即失效。</p>}
    </AskModal>
  );
}

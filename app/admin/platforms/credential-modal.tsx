import { createCredentialInput } from '../../../server/exchange/schema.ts';
import { api } from '../../ui/api.ts';
import { AskModal } from '../ask-modal.tsx';
import { CityLine, LabelField } from './create-fields.tsx';
import { madeCredential } from './made-credential.ts';
import type { MadeSecret } from './secret-modal.tsx';

interface Props {
  /** Whose credential it shall be; null while none is made. */
  city: { code: string; name: string } | null;
  onMade: (made: MadeSecret) => void;
  onTried: () => void;
  onClose: () => void;
}

/** Makes a credential for a city. */
export function CredentialModal({ city, onMade, ...rest }: Props) {
  return (
    <AskModal
      {...rest}
      open={city !== null}
      title="新增凭据"
      okText="生成凭据"
      send={({ label }: { label: string }) =>
        api.exchange.createCredential.mutate(createCredentialInput.parse({ cityCode: city?.code, label }))
      }
      onDone={(made) => onMade(madeCredential(made, null))}
    >
      <CityLine name={city?.name} />
      <LabelField id="credential-label" input={createCredentialInput} placeholder="例如:正式上报、联调测试" />
    </AskModal>
  );
}
